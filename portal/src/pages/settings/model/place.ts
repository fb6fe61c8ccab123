/** From the place that the API names in a document to the part of the editor, and the item, where it is edited. */
import { isTenant, type Part, type SettingsDocument } from "./types";

export interface EditorPlace {
  readonly part: Part;
  /** Id of the item, empty for none. */
  readonly item: string;
}

const PARTS: Readonly<Record<string, Part>> = {
  rules: "rules",
  policies: "policies",
  lists: "lists",
  templates: "templates",
  notices: "notices",
  routes: "routes",
  signing: "signing",
  retention: "retention",
  subject_marks: "marks",
  system_policies: "policies",
  access: "access",
};

/** `$.policies[1].when.of[0]` of a document with the policy `boss` there is the policy `boss`. */
export function editorPlace(at: string, document: SettingsDocument): EditorPlace {
  const [, name = "", index = ""] = /^\$?\.?(\w+)(?:\[(\d+)\])?/.exec(at) ?? [];
  const part = PARTS[name] ?? (isTenant(document) ? "general" : "rules");
  if (index === "" || !(name === "rules" || name === "policies" || name === "lists" || name === "templates")) {
    return { part, item: "" };
  }
  return { part, item: document[name]?.[Number(index)]?.id ?? "" };
}

/** Where an item stands in the document, as the API names it; the policies' order of asking has no part in it. */
export function placeOf(document: SettingsDocument, collection: "rules" | "policies" | "lists" | "templates", id: string): string {
  const index = document[collection]?.findIndex((item) => item.id === id) ?? -1;
  return `$.${collection}[${index.toString()}]`;
}
