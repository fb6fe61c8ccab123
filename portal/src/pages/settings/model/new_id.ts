/** Ids of new items: readable, and unique among those that are there. */
import type { SettingsDocument } from "./types";

export type Collection = "rules" | "policies" | "lists" | "templates";
export type Item<C extends Collection> = NonNullable<SettingsDocument[C]>[number];

export const COLLECTIONS: readonly Collection[] = ["rules", "policies", "lists", "templates"];

export function newId(base: string, taken: readonly { readonly id: string }[]): string {
  const known = new Set(taken.map((item) => item.id));
  for (let number = taken.length + 1; ; number += 1) {
    const id = `${base}-${number.toString()}`;
    if (!known.has(id)) return id;
  }
}
