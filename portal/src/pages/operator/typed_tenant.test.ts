import { describe, expect, it } from "vitest";

import { keyLine, keysOf } from "./typed_tenant";

describe("DKIM keys as lines", () => {
  it("are read back as they are written", () => {
    const keys = [
      { domain: "acme.example", selector: "s1", secret: "acme-dkim", active_from: null },
      { domain: "acme.example", selector: "s2", secret: "acme-dkim-2", active_from: "2026-04-01T00:00:00.000Z" },
    ];
    expect(keysOf(`${keys.map(keyLine).join("\n")}\n\n`)).toEqual(keys);
  });
  it.each(["acme.example", "acme.example s1", "acme.example s1 secret soon", "acme.example s1 a 2026-04-01 b"])("not: %s", (line) => {
    expect(keysOf(line)).toBeNull();
  });
});
