/** What an import would change, item by item. */
import type { components } from "../../../api/schema.gen";
import type { useText } from "../../../text/language";
import { fieldText } from "./line_error";

type Text = ReturnType<typeof useText>;
type Difference = components["schemas"]["ImportResult"]["differences"][number];

export type How = "added" | "changed" | "removed";

export interface Change {
  readonly key: string;
  readonly how: How;
  readonly lines: readonly string[];
}

/** `people[a@b.example].manager`: the item's key and the field, empty for the whole item. */
const PLACE = /^\w+\[(?<key>.*?)\](?:\.(?<field>.+))?$/s;

export function changesOf(differences: readonly Difference[], t: Text): Change[] {
  const found = new Map<string, { how: How; lines: string[] }>();
  for (const difference of differences) {
    const place = PLACE.exec(difference.path)?.groups;
    const key = place?.["key"] ?? difference.path;
    const field = place?.["field"] ?? "";
    const whole = field === "" && (difference.how === "added" || difference.how === "removed");
    const how: How = whole ? (difference.how as How) : "changed";
    const change = found.get(key) ?? { how, lines: [] };
    found.set(key, change);
    const line = whole ? summaryOf(difference.new ?? difference.old, t) : lineOf(difference, field, t);
    if (line) change.lines.push(line);
  }
  return [...found].map(([key, change]) => ({ key, ...change }));
}

export function countsOf(changes: readonly Change[]): Record<How, number> {
  const counts = { added: 0, changed: 0, removed: 0 };
  for (const change of changes) counts[change.how] += 1;
  return counts;
}

function lineOf(difference: Difference, field: string, t: Text): string {
  const name = fieldText(field, t);
  const [old, now] = [valueText(difference.old, t), valueText(difference.new, t)];
  switch (difference.how) {
    case "added":
      return t("exchange.field_added", { field: name, new: now });
    case "removed":
      return t("exchange.field_removed", { field: name, old });
    case "moved":
      return t("exchange.field_moved", { field: name });
    default:
      return t("exchange.field_change", { field: name, old, new: now });
  }
}

/** The name of something that comes or goes. */
function summaryOf(item: unknown, t: Text): string {
  if (typeof item !== "object" || item === null) return "";
  const fields = item as Readonly<Record<string, unknown>>;
  return valueText(fields["display_name"] ?? fields["name"] ?? "", t, "");
}

function valueText(value: unknown, t: Text, nothing = t("exchange.nothing")): string {
  if (value === null || value === undefined || value === "") return nothing;
  if (typeof value === "string") return value;
  if (Array.isArray(value) && value.every((one) => typeof one === "string")) return value.join(", ") || nothing;
  return JSON.stringify(value);
}
