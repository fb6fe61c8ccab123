import { expect, test } from "vitest";

import { approvalQuery, statusOf, tabOf } from "./approval_query";

test("to answer is what is open, whatever else stands in the address", () => {
  expect(approvalQuery("open", { status: "denied", subject: "x" })).toEqual({ view: "asked", status: "open" });
});

test("a search ends with the end of its last day", () => {
  const { since, until } = approvalQuery("asked", { since: "2026-11-01", until: "2026-11-30" });
  expect(since).toBe(new Date(2026, 10, 1).toISOString());
  expect(until).toBe(new Date(2026, 11, 1).toISOString());
});

test("the reader's own requests have no requester to search for", () => {
  expect(approvalQuery("requested", { requester: "sato", subject: "値引き" })).toEqual({
    view: "requested",
    subject: "値引き",
  });
});

test.each(["", "yesterday", "2026-11", "2026-11-01T00:00"])("%j is no day", (day) => {
  expect(approvalQuery("asked", { since: day, until: day })).toEqual({ view: "asked" });
});

test("a state that does not exist is left out", () => {
  expect(approvalQuery("asked", { status: "maybe" })).toEqual({ view: "asked" });
});

test.each([
  ["open", "awaiting-approval", "open"],
  ["approved", "delivered", "approved"],
  ["denied", "denied", "denied"],
  ["", "discarded", "withdrawn"],
  ["", "expired", "expired"],
  ["", "delivered", "lapsed"],
] as const)("approval %j of a message that is %s is %s", (approval, state, status) => {
  expect(statusOf({ approval, state })).toBe(status);
});

test.each([
  ["", "open"],
  ["asked", "asked"],
  ["requested", "requested"],
  ["else", "open"],
])("tab %j is %s", (text, tab) => {
  expect(tabOf(text)).toBe(tab);
});
