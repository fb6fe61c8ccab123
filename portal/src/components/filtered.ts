/** A list of which only some rows are shown: it reads on by itself, but not for ever. */
import { useMemo } from "react";

import type { Loaded } from "./data_list";

/** Rows among which is looked. */
export const FAR = 2000;

export function useFiltered<Row>(loaded: Loaded<Row>, keep: ((row: Row) => boolean) | null): Loaded<Row> & { readonly far: boolean } {
  const { rows } = loaded;
  const kept = useMemo(() => (keep ? rows.filter(keep) : rows), [rows, keep]);
  const far = keep !== null && loaded.hasMore && rows.length >= FAR;
  return { ...loaded, rows: kept, hasMore: loaded.hasMore && !far, far };
}
