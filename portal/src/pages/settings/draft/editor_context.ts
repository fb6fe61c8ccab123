/** What the parts of the settings editor share: the draft, the names that it can use, what the API found wrong with it. */
import { createContext, useContext } from "react";

import type { FieldProblem } from "../../../api/problem";
import type { SettingsDocument } from "../model/types";

export interface Named {
  readonly id: string;
  readonly name: string;
}

/** Names that settings can refer to: those of the draft and those of the levels above. */
export interface Names {
  readonly lists: readonly Named[];
  readonly templates: readonly Named[];
  readonly routes: readonly Named[];
  readonly groups: readonly Named[];
}

export interface Editor {
  /** `tenant`, `group:ID` or `user:ADDRESS`. */
  readonly scope: string;
  readonly document: SettingsDocument;
  /** What was loaded, for telling what has changed. */
  readonly base: SettingsDocument;
  readonly version: number;
  readonly readOnly: boolean;
  readonly names: Names;
  readonly problems: readonly FieldProblem[];
  readonly change: (next: SettingsDocument) => void;
}

export const EditorContext = createContext<Editor | null>(null);

export function useEditor(): Editor {
  const found = useContext(EditorContext);
  if (!found) throw new Error("outside of the settings editor");
  return found;
}

/** What the API said about a place or anything in it; empty where nothing. */
export function useProblemAt(at: string): string {
  const { problems } = useEditor();
  return problems.find((problem) => problem.at === at || problem.at.startsWith(`${at}[`))?.problem ?? "";
}
