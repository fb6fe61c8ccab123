/** The words of the model that several forms use, each with its text. */
import type { TextKey } from "../../../text/catalogue";
import type { LeafOf } from "./types";

type Words<V extends string> = Readonly<Record<V, TextKey>>;

type TextOperator = LeafOf<"subject">["operator"] & LeafOf<"attachment">["operator"];
type NameOperator = Exclude<LeafOf<"recipient-address">["operator"], TextOperator>;

export const TEXT_OPERATORS: Words<TextOperator> = {
  contains: "policies.op.contains",
  "not-contains": "policies.op.not-contains",
  equals: "policies.op.equals",
  "not-equals": "policies.op.not-equals",
  "starts-with": "policies.op.starts-with",
  "ends-with": "policies.op.ends-with",
  "matches-wildcard": "policies.op.matches-wildcard",
  "matches-regex": "policies.op.matches-regex",
};

export const NAME_OPERATORS: Words<NameOperator> = {
  "in-list": "policies.op.in-list",
  "not-in-list": "policies.op.not-in-list",
  "in-group": "policies.op.in-group",
  "not-in-group": "policies.op.not-in-group",
};

export const EXISTENCE: Words<"exists" | "does-not-exist"> = {
  exists: "policies.op.exists",
  "does-not-exist": "policies.op.does-not-exist",
};

export const COMPARISONS: Words<LeafOf<"size">["comparison"]> = {
  ">=": "policies.op.ge",
  ">": "policies.op.gt",
  "<=": "policies.op.le",
  "<": "policies.op.lt",
  "=": "policies.op.eq",
  "!=": "policies.op.ne",
};

export const QUANTIFIERS: Words<LeafOf<"recipient-address">["quantifier"]> = {
  any: "policies.quantifier.any",
  all: "policies.quantifier.all",
  none: "policies.quantifier.none",
};

export const SCOPES: Words<LeafOf<"recipient-address">["scope"]> = {
  all: "policies.scope.all",
  "to-cc": "policies.scope.to-cc",
  to: "policies.scope.to",
  cc: "policies.scope.cc",
  bcc: "policies.scope.bcc",
  internal: "policies.scope.internal",
  external: "policies.scope.external",
};

export const WEEKDAYS: Words<LeafOf<"time">["weekdays"][number]> = {
  mon: "policies.day.mon",
  tue: "policies.day.tue",
  wed: "policies.day.wed",
  thu: "policies.day.thu",
  fri: "policies.day.fri",
  sat: "policies.day.sat",
  sun: "policies.day.sun",
};

export const COUNT_BY: Words<LeafOf<"recipient-count">["lists_by"]> = {
  list: "policies.count_by.list",
  members: "policies.count_by.members",
};

export const PLACES: Words<"top" | "bottom"> = { top: "policies.place.top", bottom: "policies.place.bottom" };

export const AT_END: Words<"leave" | "release" | "discard"> = {
  leave: "policies.at_end.leave",
  release: "policies.at_end.release",
  discard: "policies.at_end.discard",
};

export const LANGUAGES: Words<"ja" | "en"> = { ja: "settings.language.ja", en: "settings.language.en" };

const WITHOUT_VALUES: readonly string[] = ["is-blank", "is-not-blank", "exists", "does-not-exist", "is-internal", "is-external"];

/** Whether the operator of a condition compares with values at all. */
export function takesValues(value: { readonly operator: string }): boolean {
  return !WITHOUT_VALUES.includes(value.operator);
}

/** What stands in `values` is named by the operator: address lists, directory groups, or texts. */
export function valuesControl(value: { readonly operator: string }): "lists" | "groups" | "texts" {
  if (value.operator.endsWith("in-list")) return "lists";
  return value.operator.endsWith("in-group") ? "groups" : "texts";
}

/** Operators with which a domain can stand for all below it. */
export function takesSubdomains(value: { readonly operator: string }): boolean {
  return ["equals", "not-equals", "in-list", "not-in-list"].includes(value.operator);
}
