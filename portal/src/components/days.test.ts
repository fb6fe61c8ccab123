import { describe, expect, it } from "vitest";

import { isoOf, momentOf } from "./days";

describe("a moment in a field", () => {
  it("means the same moment when it is read back", () => {
    const iso = new Date(2026, 3, 1, 9, 5).toISOString();
    expect(momentOf(iso)).toBe("2026-04-01T09:05");
    expect(isoOf(momentOf(iso))).toBe(iso);
  });
  it("is nothing while it is not whole", () => {
    for (const typed of ["", "2026-04-01", "2026-04-01T9", "2026-13-01T00:00"]) expect(isoOf(typed)).toBeUndefined();
    expect(momentOf("")).toBe("");
  });
});
