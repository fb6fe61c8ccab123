import { describe, expect, it } from "vitest";

import { LEGAL_HOLD_FORM, lifted, RETENTION_FORM, shortened } from "./retention_forms";

const kept = RETENTION_FORM.start;
const hold = { ...LEGAL_HOLD_FORM.start, id: "a", addresses: ["@acme.example"] };

describe("what a change of retention takes away", () => {
  it.each([
    ["fewer days", { body_days: 30 }, ["body_days"]],
    ["days in place of for ever", { audit_days: 1825 }, []],
    ["for ever in place of days", { body_days: 0, metadata_days: 0 }, []],
    ["more days", { metadata_days: 1000 }, []],
    ["several", { body_days: 1, metadata_days: 1, audit_days: 1 }, ["body_days", "metadata_days", "audit_days"]],
  ])("%s", (_, change, told) => {
    expect(shortened(kept, { ...kept, ...change })).toEqual(told);
  });
  it("for ever gives way to days", () => {
    expect(shortened({ ...kept, audit_days: 0 }, kept)).toEqual(["audit_days"]);
  });
  it.each([
    ["a hold that is gone", [], ["a"]],
    ["a hold of other people", [{ ...hold, addresses: ["@other.example"] }], ["a"]],
    ["a hold of another time", [{ ...hold, until: "2026-01-01T00:00:00Z" }], ["a"]],
    ["a hold with another name", [{ ...hold, name: "Audit" }], []],
    ["a hold more", [hold, { ...hold, id: "b" }], []],
  ])("%s", (_, legal_holds, told) => {
    const before = { ...kept, legal_holds: [hold] };
    expect(lifted(before, { ...kept, legal_holds }).map((one) => one.id)).toEqual(told);
  });
});
