/** What the nodes of a tree can ask for. */
import { createContext, useContext } from "react";

import type { Path } from "../model/tree";
import type { Condition, JoinKind } from "../model/types";

export interface TreeActions {
  readonly tree: Condition;
  readonly readOnly: boolean;
  readonly change: (path: Path, node: Condition) => void;
  readonly add: (path: Path, node: Condition) => void;
  readonly remove: (path: Path) => void;
  readonly duplicate: (path: Path) => void;
  readonly negate: (path: Path) => void;
  readonly join: (path: Path, by: JoinKind) => void;
  readonly group: (path: Path) => void;
  readonly ungroup: (path: Path) => void;
  readonly move: (path: Path, by: 1 | -1) => void;
}

export const TreeContext = createContext<TreeActions | null>(null);

export function useTree(): TreeActions {
  const found = useContext(TreeContext);
  if (!found) throw new Error("outside of a tree");
  return found;
}
