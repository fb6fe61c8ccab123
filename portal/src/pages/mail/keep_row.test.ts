import { expect, test } from "vitest";

import { keepRow, type ListRow } from "./keep_row";

const row = {
  acting_for: "support@aozora.example",
  message: {
    subject: "お見積書の送付（ＡＢＣ）",
    sender: "support@aozora.example",
    from_address: "sato@aozora.example",
    first_recipients: ["Tanaka@hoshizora.example"],
    state: "held",
  },
} as unknown as ListRow;

const nothing = { text: "", state: "", whose: "" };

test.each([
  ["part of the subject", { text: "見積" }, true],
  ["other width and case", { text: "abc" }, true],
  ["a recipient", { text: "tanaka@" }, true],
  ["the sender", { text: "sato@" }, true],
  ["something else", { text: "請求書" }, false],
  ["its state", { state: "held" }, true],
  ["another state", { state: "delayed" }, false],
  ["whose it is", { whose: "support@aozora.example" }, true],
  ["the reader's own", { whose: "me" }, false],
  ["all of them", { text: "見積", state: "held", whose: "support@aozora.example" }, true],
  ["all but one", { text: "見積", state: "delayed", whose: "support@aozora.example" }, false],
])("asked for %s", (_, wanted, kept) => {
  const keep = keepRow({ ...nothing, ...wanted }, ({ message }) => message.state);
  expect(keep?.(row)).toBe(kept);
});

test("without filters no row is tested", () => {
  expect(keepRow({ ...nothing, text: "  " }, ({ message }) => message.state)).toBeNull();
});
