/** A page as the shell knows it: its path, its place in the navigation, who may see it, and its code, loaded when opened. */
import type { FluentIcon } from "@fluentui/react-icons";
import type { ComponentType } from "react";

import type { FirstKey } from "../text/catalogue";
import type { Right } from "./api_context";

export interface Page {
  /** Below `/`, with `:parameters`. */
  readonly path: string;
  /** The navigation section; a page without one is reached from another page. */
  readonly section?: "own" | "administration" | "operation";
  readonly title: FirstKey;
  readonly icon?: FluentIcon;
  /** Any of them is enough. */
  readonly rights: readonly Right[];
  /** Only for roles that reach the whole organisation. */
  readonly wholeTenant?: true;
  readonly load: () => Promise<{ default: ComponentType }>;
}
