import { describe, expect, it } from "vitest";

import { CONDITIONS, LEAF_KINDS, newLeaf } from "./conditions";
import { anyForm, changed, isShown } from "./field";
import { JsonMistake, lineOf, locate } from "./json_places";
import { readCondition } from "./read_condition";

describe("JSON with places", () => {
  it("reads what JSON.parse reads", () => {
    const text = ' {"a": [1, -2.5e3, true, null, "\\u3042\\n"], "b": {}, "c": []} ';
    expect(locate(text).value).toEqual(JSON.parse(text));
  });
  it("knows where a value stands", () => {
    const text = '{\n  "of": [\n    {"operator": "equal"}\n  ]\n}';
    const [from, to] = locate(text).places.get("$.of[0].operator") ?? [0, 0];
    expect(text.slice(from, to)).toBe('"equal"');
    expect(lineOf(text, from)).toEqual({ line: 3, column: 18 });
  });
  it.each([
    ['{"a": 1,}', "unexpected", 8],
    ['{"a" 1}', "unexpected", 5],
    ['{"a": [1', "end", 8],
    ['{"a": "x', "text", 6],
    ['{"a": 1, "a": 2}', "double", 9],
    ["{} {}", "unexpected", 3],
    ["", "end", 0],
    ["[".repeat(500), "deep", 201],
  ])("tells what is wrong in %s", (text, what, at) => {
    expect(() => locate(text)).toThrow(JsonMistake);
    try {
      locate(text);
    } catch (error) {
      expect(error).toMatchObject({ what, at });
    }
  });
});

describe("conditions as text", () => {
  it.each(LEAF_KINDS)("reads a whole %s as it is", (kind) => {
    expect(readCondition(newLeaf(kind))).toEqual({ tree: newLeaf(kind), mistakes: [] });
  });
  it("gives what is left out its default", () => {
    const { tree } = readCondition({ type: "not", of: { type: "recipient-domain", operator: "equals", values: ["a.example"] } });
    expect(tree).toEqual({
      type: "not",
      of: { ...newLeaf("recipient-domain"), operator: "equals", values: ["a.example"] },
    });
  });
  it.each([
    { value: [], at: "$", text: "policies.json.object" },
    { value: { type: "alle", of: [] }, at: "$.type", text: "policies.json.type" },
    { value: { type: "all" }, at: "$", text: "policies.json.members" },
    { value: { type: "any", of: [{ type: "subject", operator: "contain" }] }, at: "$.of[0].operator", text: "policies.json.words" },
    { value: { type: "subject", values: ["a"] }, at: "$", text: "policies.json.missing" },
    { value: { type: "subject", operator: "is-blank", value: [] }, at: "$.value", text: "policies.json.unknown" },
    { value: { type: "size", number: "1" }, at: "$.number", text: "policies.json.number" },
    { value: { type: "kind", kinds: ["dsn", "spam"] }, at: "$.kinds[1]", text: "policies.json.words" },
    { value: { type: "not", of: { type: "not" } }, at: "$.of", text: "policies.json.object" },
  ])("places the mistake of $value", ({ value, at, text }) => {
    const read = readCondition(value);
    expect(read.tree).toBeNull();
    expect(read.mistakes).toMatchObject([{ at, text }]);
  });
});

describe("what follows from a change", () => {
  it("empties values when the operator names things of another sort", () => {
    const before = { ...newLeaf("recipient-domain"), operator: "equals", values: ["a.example"] };
    const form = anyForm(CONDITIONS["recipient-domain"]);
    expect(changed(form, before, "operator", "in-list")).toMatchObject({ operator: "in-list", values: [] });
    expect(changed(form, before, "operator", "not-equals")).toMatchObject({ values: ["a.example"] });
    expect(changed(form, before, "operator", "is-internal")).toMatchObject({ values: [] });
  });
  it("leaves no operator that does not fit the aspect", () => {
    const form = anyForm(CONDITIONS.sender);
    const asGroup = changed(form, form.start, "aspect", "group");
    expect(asGroup).toMatchObject({ operator: "in-group", values: [] });
    expect(changed(form, asGroup, "aspect", "domain")).toMatchObject({ operator: "contains", values: [] });
  });
  it("puts back what no longer belongs", () => {
    const form = anyForm(CONDITIONS.attachment);
    const bySize = { ...form.start, test: "size", number: 5, comparison: "<" };
    const byName = changed(form, bySize, "test", "name");
    expect(byName).toMatchObject({ number: 0, comparison: ">=" });
    const shown = Object.entries(form.fields).filter(([, field]) => isShown(field, byName));
    expect(shown.map(([name]) => name)).toEqual(["test", "operator", "values", "count_inline_images"]);
  });
});
