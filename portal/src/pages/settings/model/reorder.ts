/** The order in which policies are asked: by priority, then by their place in the document. Changes of it, as pure functions. */
import type { Policy } from "./types";

/** As they are asked. */
export function asked<P extends Pick<Policy, "priority">>(policies: readonly P[]): readonly P[] {
  return policies
    .map((policy, place) => ({ policy, place }))
    .sort((one, other) => one.policy.priority - other.policy.priority || one.place - other.place)
    .map(({ policy }) => policy);
}

export function moveItem<T>(items: readonly T[], from: number, to: number): readonly T[] {
  const item = items[from];
  if (item === undefined || from === to || to < 0 || to >= items.length) return items;
  return items.toSpliced(from, 1).toSpliced(to, 0, item);
}

/**
 * Policies in the order in which they are asked, with one moved. Its priority changes only where it would otherwise
 * not stay between its new neighbours, and then to that of the nearer one.
 */
export function movePolicy<P extends Pick<Policy, "priority">>(inOrder: readonly P[], from: number, to: number): readonly P[] {
  const moved = moveItem(inOrder, from, to);
  const policy = moved[to];
  if (moved === inOrder || !policy) return inOrder;
  const least = moved[to - 1]?.priority ?? 0;
  const most = moved[to + 1]?.priority ?? Number.MAX_SAFE_INTEGER;
  const priority = Math.min(Math.max(policy.priority, least), most);
  return priority === policy.priority ? moved : moved.with(to, { ...policy, priority });
}
