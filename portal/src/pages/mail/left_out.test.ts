import { expect, test } from "vitest";

import { choose, isNobodyLeft, NOTHING_LEFT_OUT } from "./left_out";

const two = [
  { address: "a@x.example", fate: "pending" },
  { address: "b@x.example", fate: "pending" },
];

test("what is unticked is left out, and comes back when it is ticked again", () => {
  const without = choose(NOTHING_LEFT_OUT, "recipients", "a@x.example", false);
  expect([...without.recipients]).toEqual(["a@x.example"]);
  expect([...choose(without, "recipients", "a@x.example", true).recipients]).toEqual([]);
  expect([...NOTHING_LEFT_OUT.recipients]).toEqual([]);
});

test.each([
  ["nobody is left out", [], false],
  ["one of two", ["a@x.example"], false],
  ["both", ["a@x.example", "b@x.example"], true],
])("%s", (_, gone, nobody) => {
  expect(isNobodyLeft({ recipients: new Set(gone), files: new Set() }, two)).toBe(nobody);
});

test("whoever was dropped before does not count as left", () => {
  const dropped = [{ address: "a@x.example", fate: "dropped" }];
  expect(isNobodyLeft(NOTHING_LEFT_OUT, dropped)).toBe(true);
});
