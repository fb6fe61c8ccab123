/** The hold rules: which fields each kind of rule reads, and how they are edited. */
import type { TextKey } from "../../../text/catalogue";
import type { Fields } from "./field";
import type { Rule, RuleKind } from "./types";
import { COUNT_BY } from "./vocabulary";

type Option = Exclude<
  keyof Rule,
  "id" | "rule" | "name" | "description" | "enabled" | "groups" | "not_groups" | "unless"
>;

interface RuleForm {
  readonly title: TextKey;
  readonly hint: TextKey;
  /** The fields that this rule reads beside those that all have. */
  readonly options: readonly Option[];
  /** What a new one begins with. */
  readonly start?: Partial<Rule>;
}

export const RULES: { readonly [K in RuleKind]: RuleForm } = {
  "has-attachments": {
    title: "policies.rule.has-attachments",
    hint: "policies.rule_hint.has-attachments",
    options: ["count_inline_images"],
  },
  "recipient-external": {
    title: "policies.rule.recipient-external",
    hint: "policies.rule_hint.recipient-external",
    options: ["except_lists"],
  },
  "several-external-domains": {
    title: "policies.rule.several-external-domains",
    hint: "policies.rule_hint.several-external-domains",
    options: ["minimum", "except_lists"],
  },
  "all-recipients-external": {
    title: "policies.rule.all-recipients-external",
    hint: "policies.rule_hint.all-recipients-external",
    options: ["except_lists"],
  },
  "recipient-count": {
    title: "policies.rule.recipient-count",
    hint: "policies.rule_hint.recipient-count",
    options: ["total_from", "to_and_cc_from", "to_from", "cc_from", "bcc_from", "count_lists_by", "except_lists"],
    start: { total_from: 50 },
  },
  "subject-blank": { title: "policies.rule.subject-blank", hint: "policies.rule_hint.subject-blank", options: [] },
  "forced-alert": {
    title: "policies.rule.forced-alert",
    hint: "policies.rule_hint.forced-alert",
    options: ["addresses", "lists"],
  },
  condition: {
    title: "policies.rule.condition",
    hint: "policies.rule_hint.condition",
    options: ["when", "keywords", "keyword_places"],
  },
};

export const RULE_KINDS = Object.keys(RULES) as readonly RuleKind[];

function reads(option: Option): (rule: Rule) => boolean {
  return (rule) => RULES[rule.rule].options.includes(option);
}

const number = { control: "number", least: 1, most: 100_000, unit: "policies.unit.recipients", optional: true } as const;

export const RULE_FIELDS: Fields<Rule, "id" | "rule" | "enabled"> = {
  name: { control: "text", label: "policies.field.name", hint: "policies.hint.rule_name" },
  description: { control: "long", label: "policies.field.description", hint: "policies.hint.rule_description" },
  minimum: {
    control: "number",
    label: "policies.rule_field.minimum",
    least: 2,
    most: 1000,
    unit: "policies.unit.domains",
    shown: reads("minimum"),
  },
  total_from: { ...number, label: "policies.rule_field.total_from", shown: reads("total_from") },
  to_and_cc_from: { ...number, label: "policies.rule_field.to_and_cc_from", shown: reads("to_and_cc_from") },
  to_from: { ...number, label: "policies.rule_field.to_from", shown: reads("to_from") },
  cc_from: { ...number, label: "policies.rule_field.cc_from", shown: reads("cc_from") },
  bcc_from: { ...number, label: "policies.rule_field.bcc_from", shown: reads("bcc_from") },
  count_lists_by: {
    control: "choice",
    label: "policies.field.lists_by",
    words: COUNT_BY,
    shown: reads("count_lists_by"),
  },
  count_inline_images: {
    control: "switch",
    label: "policies.field.count_inline_images",
    shown: reads("count_inline_images"),
  },
  addresses: {
    control: "texts",
    label: "policies.rule_field.addresses",
    hint: "policies.hint.entries",
    shown: reads("addresses"),
  },
  lists: { control: "lists", label: "policies.rule_field.lists", shown: reads("lists") },
  when: { control: "tree", label: "policies.rule_field.when", shown: reads("when") },
  keywords: {
    control: "texts",
    label: "policies.rule_field.keywords",
    hint: "policies.hint.keywords",
    shown: (rule) => rule.rule === "condition" && rule.when === null,
  },
  keyword_places: {
    control: "choices",
    label: "policies.rule_field.keyword_places",
    words: {
      subject: "policies.keyword_place.subject",
      body: "policies.keyword_place.body",
      "attachment-names": "policies.keyword_place.attachment-names",
    },
    shown: (rule) => rule.rule === "condition" && rule.when === null,
  },
  groups: { control: "groups", label: "policies.field.groups", hint: "policies.hint.groups" },
  not_groups: { control: "groups", label: "policies.field.not_groups" },
  except_lists: {
    control: "lists",
    label: "policies.rule_field.except_lists",
    hint: "policies.hint.except_lists",
    shown: reads("except_lists"),
  },
  unless: { control: "tree", label: "policies.rule_field.unless" },
};

const PLAIN: Omit<Rule, "id" | "rule"> = {
  name: "",
  description: "",
  enabled: true,
  groups: [],
  not_groups: [],
  unless: null,
  minimum: 2,
  total_from: null,
  to_and_cc_from: null,
  to_from: null,
  cc_from: null,
  bcc_from: null,
  count_lists_by: "list",
  count_inline_images: false,
  addresses: [],
  lists: [],
  except_lists: [],
  when: null,
  keywords: [],
  keyword_places: ["subject", "body", "attachment-names"],
};

export function newRule(kind: RuleKind, id: string): Rule {
  return { ...PLAIN, ...RULES[kind].start, id, rule: kind };
}

export const RULE_FORM = { title: "settings.part.rules", start: newRule("subject-blank", "rule"), fields: RULE_FIELDS } as const;
