import { describe, expect, it } from "vitest";

import { asked, moveItem, movePolicy } from "./reorder";

const p = (id: string, priority: number) => ({ id, priority });

describe("the order of policies", () => {
  it("is by priority, then by place", () => {
    expect(asked([p("a", 20), p("b", 10), p("c", 20)]).map((one) => one.id)).toEqual(["b", "a", "c"]);
  });
  it("keeps priorities among equals", () => {
    expect(movePolicy([p("a", 10), p("b", 10), p("c", 10)], 2, 0)).toEqual([p("c", 10), p("a", 10), p("b", 10)]);
  });
  it("takes the priority of the neighbour that it passes", () => {
    expect(movePolicy([p("a", 10), p("b", 20), p("c", 30)], 2, 0)).toEqual([p("c", 10), p("a", 10), p("b", 20)]);
    expect(movePolicy([p("a", 10), p("b", 20), p("c", 30)], 0, 1)).toEqual([p("b", 20), p("a", 20), p("c", 30)]);
  });
  it("puts a policy where asking in order finds it again", () => {
    const before = [p("a", 1), p("b", 5), p("c", 5), p("d", 9)];
    for (const from of [0, 1, 2, 3])
      for (const to of [0, 1, 2, 3]) {
        const after = movePolicy(before, from, to);
        expect(asked(after)).toEqual(after);
        expect(after[to]?.id).toBe(before[from]?.id);
      }
  });
  it("does nothing beyond the ends", () => {
    const items = [1, 2];
    expect(moveItem(items, 0, -1)).toBe(items);
    expect(moveItem(items, 1, 2)).toBe(items);
  });
});
