import { describe, expect, it } from "vitest";

import { looksLikeEntry, pastedEntries } from "./entries";

describe("pasted entries", () => {
  it.each([
    { name: "lines of a file with a byte order mark", text: "\uFEFFa@x.example\r\nb@x.example\r\n", entries: ["a@x.example", "b@x.example"] },
    { name: "a line of recipients", text: '"山田 太郎" <taro@x.example>; Hanako <hanako@x.example>', entries: ["taro@x.example", "hanako@x.example"] },
    { name: "doubles in another case", text: "A@x.example,a@X.example", entries: ["A@x.example"] },
    { name: "domains and wildcards", text: ".x.example\n*@*.x.example、sales-*@x.example", entries: [".x.example", "*@*.x.example", "sales-*@x.example"] },
    { name: "a column of a sheet", text: "x.example\ty.example\n", entries: ["x.example", "y.example"] },
  ])("$name", ({ text, entries }) => {
    expect(pastedEntries(text)).toEqual({ entries, odd: [] });
  });
  it("tells what is no entry", () => {
    expect(pastedEntries("メールアドレス\na@x.example")).toEqual({ entries: ["a@x.example"], odd: ["メールアドレス"] });
    expect(looksLikeEntry("two words@x.example")).toBe(false);
  });
});
