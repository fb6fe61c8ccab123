/**
 * Changes of a condition tree, as pure functions. A node is named by its path: the places of the groups' members from the
 * root down; negations lie on top of a node and have no step of their own.
 */
import type { Condition, Group, JoinKind } from "./types";

export type Path = readonly number[];

interface Peeled {
  readonly negated: boolean;
  /** A group or a leaf. */
  readonly inner: Exclude<Condition, { type: "not" }>;
}

/** The node below its negations; two of them are none. */
export function peel(node: Condition): Peeled {
  let negated = false;
  let inner = node;
  while (inner.type === "not") {
    negated = !negated;
    inner = inner.of;
  }
  return { negated, inner };
}

export function withNegation(inner: Condition, negated: boolean): Condition {
  return negated ? { type: "not", of: inner } : inner;
}

export function isGroup(node: Condition): node is Group {
  return node.type === "all" || node.type === "any";
}

export function nodeAt(tree: Condition, path: Path): Condition | undefined {
  const [first, ...rest] = path;
  if (first === undefined) return tree;
  const { inner } = peel(tree);
  const child = isGroup(inner) ? inner.of[first] : undefined;
  return child && nodeAt(child, rest);
}

/** The tree with one node changed; as it was where there is no such node. */
export function changeAt(tree: Condition, path: Path, change: (node: Condition) => Condition): Condition {
  const [first, ...rest] = path;
  if (first === undefined) return change(tree);
  const { negated, inner } = peel(tree);
  if (!isGroup(inner) || !inner.of[first]) return tree;
  const of = inner.of.map((child, index) => (index === first ? changeAt(child, rest, change) : child));
  return withNegation({ ...inner, of }, negated);
}

function changeMembers(tree: Condition, path: Path, change: (of: readonly Condition[]) => Condition[]): Condition {
  return changeAt(tree, path, (node) => {
    const { negated, inner } = peel(node);
    return isGroup(inner) ? withNegation({ ...inner, of: change(inner.of) }, negated) : node;
  });
}

/** Put a node behind the others of a group. A leaf or negated root becomes a group of both. */
export function added(tree: Condition, path: Path, node: Condition): Condition {
  const there = nodeAt(tree, path);
  if (!there) return tree;
  if (!isGroup(peel(there).inner)) return changeAt(tree, path, () => ({ type: "all", of: [there, node] }));
  return changeMembers(tree, path, (of) => [...of, node]);
}

/** Take a node out; without its root a tree matches everything. */
export function removed(tree: Condition, path: Path): Condition {
  const last = path.at(-1);
  if (last === undefined) return { type: "all", of: [] };
  return changeMembers(tree, path.slice(0, -1), (of) => of.filter((_, index) => index !== last));
}

export function duplicated(tree: Condition, path: Path): Condition {
  const [node, last] = [nodeAt(tree, path), path.at(-1)];
  if (!node || last === undefined) return tree;
  return changeMembers(tree, path.slice(0, -1), (of) => of.toSpliced(last + 1, 0, node));
}

export function negated(tree: Condition, path: Path): Condition {
  return changeAt(tree, path, (node) => {
    const peeled = peel(node);
    return withNegation(peeled.inner, !peeled.negated);
  });
}

export function joined(tree: Condition, path: Path, by: JoinKind): Condition {
  return changeAt(tree, path, (node) => {
    const peeled = peel(node);
    return isGroup(peeled.inner) ? withNegation({ type: by, of: peeled.inner.of }, peeled.negated) : node;
  });
}

/** Put a node into a group of its own, which joins by the other word than the group around it. */
export function grouped(tree: Condition, path: Path): Condition {
  const around = path.length > 0 ? nodeAt(tree, path.slice(0, -1)) : undefined;
  const type: JoinKind = around && peel(around).inner.type === "all" ? "any" : "all";
  return changeAt(tree, path, (node) => ({ type, of: [node] }));
}

/**
 * Put a group's members in its place. Not for a negated group of several members, which would mean something else; one of
 * a single member hands its negation down. The root can be dissolved only into a single member.
 */
export function ungrouped(tree: Condition, path: Path): Condition {
  const node = nodeAt(tree, path);
  if (!node || !canUngroup(tree, path)) return tree;
  const { negated: turned, inner } = peel(node);
  const members = isGroup(inner) ? inner.of.map((member) => (turned ? negated(member, []) : member)) : [];
  const last = path.at(-1);
  if (last === undefined) return members[0] ?? tree;
  return changeMembers(tree, path.slice(0, -1), (of) => of.toSpliced(last, 1, ...members));
}

/** Whether dissolving the group keeps the meaning of the tree. */
export function canUngroup(tree: Condition, path: Path): boolean {
  const node = nodeAt(tree, path);
  if (!node) return false;
  const { negated: turned, inner } = peel(node);
  if (!isGroup(inner) || inner.of.length === 0) return false;
  if (inner.of.length === 1) return true;
  const around = path.length > 0 ? nodeAt(tree, path.slice(0, -1)) : undefined;
  return !turned && around !== undefined && peel(around).inner.type === inner.type;
}

/**
 * One step up or down in reading order: past a neighbour, into a neighbouring group, and out of the own group at its ends.
 * Answers the tree and where the node is now; the same tree where there is no step.
 */
export function moved(tree: Condition, path: Path, by: 1 | -1): { readonly tree: Condition; readonly path: Path } {
  const [node, last] = [nodeAt(tree, path), path.at(-1)];
  if (!node || last === undefined) return { tree, path };
  const above = path.slice(0, -1);
  const group = nodeAt(tree, above);
  const members = group ? peel(group).inner : undefined;
  const count = members && isGroup(members) ? members.of.length : 0;
  const next = last + by;
  if (next < 0 || next >= count) {
    const own = above.at(-1);
    if (own === undefined) return { tree, path };
    const outer = above.slice(0, -1);
    const to = by > 0 ? own + 1 : own;
    return { tree: changeMembers(removed(tree, path), outer, (of) => of.toSpliced(to, 0, node)), path: [...outer, to] };
  }
  const neighbour = nodeAt(tree, [...above, next]);
  const into = neighbour ? peel(neighbour).inner : undefined;
  if (into && isGroup(into)) {
    // Once the node is out, a group behind it has come one place nearer.
    const there = by > 0 ? last : next;
    const at = by > 0 ? 0 : into.of.length;
    const tree2 = changeMembers(removed(tree, path), [...above, there], (of) => of.toSpliced(at, 0, node));
    return { tree: tree2, path: [...above, there, at] };
  }
  const swapped = changeMembers(tree, above, (of) => of.toSpliced(last, 1).toSpliced(next, 0, node));
  return { tree: swapped, path: [...above, next] };
}

/** How many conditions the tree has, groups not counted. */
export function leafCount(tree: Condition): number {
  const { inner } = peel(tree);
  return isGroup(inner) ? inner.of.reduce((sum, child) => sum + leafCount(child), 0) : 1;
}
