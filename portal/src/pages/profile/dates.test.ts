import { describe, expect, it } from "vitest";

import { dayOf, momentOf } from "./dates";

describe("days and moments", () => {
  it("takes a last day as a whole, over the end of a month and a year", () => {
    expect(momentOf("2026-12-31", 1)).toBe(new Date(2027, 0, 1).toISOString());
    expect(dayOf(momentOf("2026-12-31", 1), true)).toBe("2026-12-31");
  });
  it("gives a first day back as it was", () => {
    expect(dayOf(momentOf("2026-02-28"))).toBe("2026-02-28");
  });
  it("knows no day", () => {
    expect(momentOf("")).toBeNull();
    expect(momentOf("2026-")).toBeNull();
    expect(dayOf(null)).toBe("");
  });
});
