import { describe, expect, it } from "vitest";

import {
  added,
  canUngroup,
  changeAt,
  duplicated,
  grouped,
  joined,
  leafCount,
  moved,
  negated,
  nodeAt,
  peel,
  removed,
  ungrouped,
} from "./tree";
import type { Condition } from "./types";

function size(number: number): Condition {
  return { type: "size", comparison: ">=", number };
}
const [a, b, c, d] = [size(1), size(2), size(3), size(4)];
function all(...of: Condition[]): Condition {
  return { type: "all", of };
}
function any(...of: Condition[]): Condition {
  return { type: "any", of };
}
function not(of: Condition): Condition {
  return { type: "not", of };
}

describe("reading a tree", () => {
  it("takes two negations for none", () => {
    expect(peel(not(not(a)))).toEqual({ negated: false, inner: a });
    expect(peel(not(not(not(a))))).toEqual({ negated: true, inner: a });
  });
  it("finds nodes below negated groups", () => {
    expect(nodeAt(not(all(a, not(any(b, c)))), [1, 1])).toBe(c);
    expect(nodeAt(all(a), [3])).toBeUndefined();
    expect(nodeAt(a, [0])).toBeUndefined();
  });
  it("counts conditions, not groups", () => {
    expect(leafCount(not(all(a, any(b, not(c)), all())))).toBe(3);
  });
});

describe("changing nodes", () => {
  it("changes one node and keeps the others and the negation above", () => {
    expect(changeAt(not(all(a, any(b, c))), [1, 0], () => d)).toEqual(not(all(a, any(d, c))));
  });
  it("changes nothing where there is no such node", () => {
    const tree = all(a);
    expect(changeAt(tree, [5], () => d)).toBe(tree);
  });
  it("negates and takes the negation back", () => {
    expect(negated(all(a, b), [1])).toEqual(all(a, not(b)));
    expect(negated(all(a, not(b)), [1])).toEqual(all(a, b));
    expect(negated(all(a), [])).toEqual(not(all(a)));
  });
  it("joins a negated group by the other word", () => {
    expect(joined(all(a, not(any(b, c))), [1], "all")).toEqual(all(a, not(all(b, c))));
    expect(joined(a, [], "any")).toBe(a);
  });
});

describe("adding and removing", () => {
  it("adds behind the members of a group, negated or not", () => {
    expect(added(all(a, not(any(b))), [1], c)).toEqual(all(a, not(any(b, c))));
  });
  it("makes a group of a tree that is a single condition", () => {
    expect(added(not(a), [], b)).toEqual(all(not(a), b));
  });
  it("removes a node, and leaves a tree that matches everything without its root", () => {
    expect(removed(all(a, any(b, c)), [1, 0])).toEqual(all(a, any(c)));
    expect(removed(not(a), [])).toEqual(all());
  });
  it("duplicates next to the original", () => {
    expect(duplicated(all(a, b), [0])).toEqual(all(a, a, b));
  });
});

describe("grouping", () => {
  it("groups by the other word than the group around", () => {
    expect(grouped(all(a, b), [1])).toEqual(all(a, any(b)));
    expect(grouped(any(a), [0])).toEqual(any(all(a)));
    expect(grouped(any(a, b), [])).toEqual(all(any(a, b)));
  });
  it("dissolves a group into one that joins alike", () => {
    expect(ungrouped(all(a, all(b, c), d), [1])).toEqual(all(a, b, c, d));
  });
  it("keeps a group whose members would mean something else", () => {
    const tree = all(a, any(b, c));
    expect(canUngroup(tree, [1])).toBe(false);
    expect(ungrouped(tree, [1])).toBe(tree);
    expect(canUngroup(all(not(all(a, b))), [0])).toBe(false);
  });
  it("hands a negation down to a single member", () => {
    expect(ungrouped(all(a, not(any(b))), [1])).toEqual(all(a, not(b)));
    expect(ungrouped(not(all(not(b))), [])).toEqual(b);
  });
  it("does not dissolve an empty group or a root of several", () => {
    expect(canUngroup(all(), [])).toBe(false);
    expect(canUngroup(all(a, b), [])).toBe(false);
  });
});

describe("moving by one step", () => {
  const tree = all(a, any(b, c), d);
  it.each([
    { name: "past a neighbour", from: all(a, b), path: [0], by: 1, tree: all(b, a), to: [1] },
    { name: "up past a neighbour", from: all(a, b, c), path: [2], by: -1, tree: all(a, c, b), to: [1] },
    { name: "into the group below", from: tree, path: [0], by: 1, tree: all(any(a, b, c), d), to: [0, 0] },
    { name: "into the group above", from: tree, path: [2], by: -1, tree: all(a, any(b, c, d)), to: [1, 2] },
    { name: "out of a group at its top", from: tree, path: [1, 0], by: -1, tree: all(a, b, any(c), d), to: [1] },
    { name: "out of a group at its end", from: tree, path: [1, 1], by: 1, tree: all(a, any(b), c, d), to: [2] },
    { name: "into a negated group", from: all(a, not(any(b))), path: [0], by: 1, tree: all(not(any(a, b))), to: [0, 0] },
  ] as const)("$name", ({ from, path, by, tree: expected, to }) => {
    const result = moved(from, path, by);
    expect(result.tree).toEqual(expected);
    expect(result.path).toEqual(to);
    expect(nodeAt(result.tree, result.path)).toEqual(nodeAt(from, path));
  });
  it("stays at the ends of the tree", () => {
    expect(moved(tree, [0], -1).tree).toBe(tree);
    expect(moved(tree, [2], 1).tree).toBe(tree);
    expect(moved(tree, [], 1).tree).toBe(tree);
  });
});
