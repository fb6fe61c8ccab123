import { expect, test } from "vitest";

import { keyOf } from "./shortcuts";

const plain = { ctrlKey: false, altKey: false, metaKey: false };

test.each([
  ["a letter", { key: "r", code: "KeyR" }, "r"],
  ["with the shift key locked", { key: "R", code: "KeyR" }, "r"],
  ["while a Japanese input method is on", { key: "Process", code: "KeyD" }, "d"],
  ["a digit while it is on", { key: "Process", code: "Digit3" }, "3"],
  ["the question mark", { key: "?", code: "Slash" }, "?"],
  ["an arrow", { key: "ArrowDown", code: "ArrowDown" }, null],
  ["reload of the browser", { key: "r", code: "KeyR", ctrlKey: true }, null],
  ["a menu of the browser", { key: "d", code: "KeyD", altKey: true }, null],
])("%s", (_, event, wanted) => {
  expect(keyOf({ ...plain, ...event })).toBe(wanted);
});
