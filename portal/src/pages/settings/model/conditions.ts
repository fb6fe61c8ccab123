/** Every kind of condition with its form. A kind that the API gains does not compile until it stands here. */
import type { Form } from "./field";
import type { Leaf, LeafKind, LeafOf } from "./types";
import {
  COMPARISONS,
  COUNT_BY,
  EXISTENCE,
  NAME_OPERATORS,
  QUANTIFIERS,
  SCOPES,
  takesSubdomains,
  takesValues,
  TEXT_OPERATORS,
  valuesControl,
  WEEKDAYS,
} from "./vocabulary";

const SENDER_GROUP = ["in-group", "not-in-group"] as const;
const SENDER_OTHER = [
  ...(Object.keys(TEXT_OPERATORS) as (keyof typeof TEXT_OPERATORS)[]),
  "in-list",
  "not-in-list",
] as const;

function isText(value: LeafOf<"attachment">): boolean {
  return value.test === "extension" || value.test === "name";
}

function isSize(value: LeafOf<"attachment">): boolean {
  return value.test === "size" || value.test === "total-size";
}

export const CONDITIONS: { readonly [K in LeafKind]: Form<LeafOf<K>> } = {
  "recipient-domain": {
    title: "policies.kind.recipient-domain",
    hint: "policies.hint.recipient-domain",
    start: { type: "recipient-domain", operator: "is-external", values: [], quantifier: "any", scope: "all", subdomains: false },
    fields: {
      quantifier: { control: "choice", label: "policies.field.quantifier", words: QUANTIFIERS },
      scope: { control: "choice", label: "policies.field.scope", words: SCOPES },
      operator: {
        control: "choice",
        label: "policies.field.operator",
        required: true,
        words: {
          "is-external": "policies.op.is-external",
          "is-internal": "policies.op.is-internal",
          ...TEXT_OPERATORS,
          ...NAME_OPERATORS,
        },
      },
      values: { control: valuesControl, label: "policies.field.values", shown: takesValues },
      subdomains: { control: "switch", label: "policies.field.subdomains", shown: takesSubdomains },
    },
  },
  "recipient-address": {
    title: "policies.kind.recipient-address",
    hint: "policies.hint.recipient-address",
    start: { type: "recipient-address", operator: "equals", values: [], quantifier: "any", scope: "all" },
    fields: {
      quantifier: { control: "choice", label: "policies.field.quantifier", words: QUANTIFIERS },
      scope: { control: "choice", label: "policies.field.scope", words: SCOPES },
      operator: {
        control: "choice",
        label: "policies.field.operator",
        required: true,
        words: { ...TEXT_OPERATORS, ...NAME_OPERATORS },
      },
      values: { control: valuesControl, label: "policies.field.values", required: true },
    },
  },
  "recipient-count": {
    title: "policies.kind.recipient-count",
    start: { type: "recipient-count", count: "all", comparison: ">=", number: 10, lists_by: "list" },
    fields: {
      count: {
        control: "choice",
        label: "policies.field.count",
        words: {
          all: "policies.count.all",
          to: "policies.count.to",
          cc: "policies.count.cc",
          bcc: "policies.count.bcc",
          "to-cc": "policies.count.to-cc",
          external: "policies.count.external",
          domains: "policies.count.domains",
          "external-domains": "policies.count.external-domains",
        },
      },
      number: { control: "number", label: "policies.field.number", least: 0, most: 1_000_000, required: true },
      comparison: { control: "choice", label: "policies.field.comparison", words: COMPARISONS },
      lists_by: { control: "choice", label: "policies.field.lists_by", words: COUNT_BY },
    },
  },
  subject: {
    title: "policies.kind.subject",
    start: { type: "subject", operator: "contains", values: [] },
    fields: {
      operator: {
        control: "choice",
        label: "policies.field.operator",
        required: true,
        words: { ...TEXT_OPERATORS, "is-blank": "policies.op.is-blank", "is-not-blank": "policies.op.is-not-blank" },
      },
      values: { control: "texts", label: "policies.field.values", shown: takesValues },
    },
  },
  attachment: {
    title: "policies.kind.attachment",
    start: {
      type: "attachment",
      test: "exists",
      operator: "equals",
      values: [],
      comparison: ">=",
      number: 0,
      count_inline_images: false,
    },
    fields: {
      test: {
        control: "choice",
        label: "policies.field.test",
        required: true,
        words: {
          exists: "policies.test.exists",
          "does-not-exist": "policies.test.does-not-exist",
          extension: "policies.test.extension",
          name: "policies.test.name",
          size: "policies.test.size",
          "total-size": "policies.test.total-size",
          "encrypted-zip": "policies.test.encrypted-zip",
          "no-encrypted-zip": "policies.test.no-encrypted-zip",
        },
      },
      operator: { control: "choice", label: "policies.field.operator", words: TEXT_OPERATORS, shown: isText },
      values: { control: "texts", label: "policies.field.values", shown: isText },
      number: { control: "bytes", label: "policies.field.bytes", least: 0, shown: isSize },
      comparison: { control: "choice", label: "policies.field.comparison", words: COMPARISONS, shown: isSize },
      count_inline_images: { control: "switch", label: "policies.field.count_inline_images" },
    },
  },
  body: {
    title: "policies.kind.body",
    start: { type: "body", operator: "contains", values: [] },
    fields: {
      operator: {
        control: "choice",
        label: "policies.field.operator",
        required: true,
        words: {
          contains: "policies.op.contains",
          "not-contains": "policies.op.not-contains",
          "matches-wildcard": "policies.op.matches-wildcard",
          "matches-regex": "policies.op.matches-regex",
        },
      },
      values: { control: "texts", label: "policies.field.values", required: true },
    },
  },
  sender: {
    title: "policies.kind.sender",
    start: { type: "sender", aspect: "address", operator: "equals", values: [], subdomains: false },
    fields: {
      aspect: {
        control: "choice",
        label: "policies.field.aspect",
        words: {
          address: "policies.aspect.address",
          domain: "policies.aspect.domain",
          group: "policies.aspect.group",
          "manager-chain": "policies.aspect.manager-chain",
        },
      },
      operator: {
        control: "choice",
        label: "policies.field.operator",
        words: { ...TEXT_OPERATORS, ...NAME_OPERATORS },
        among: (value) => (value.aspect === "group" ? SENDER_GROUP : SENDER_OTHER),
      },
      values: { control: valuesControl, label: "policies.field.values", required: true },
      subdomains: {
        control: "switch",
        label: "policies.field.subdomains",
        shown: (value) => value.aspect === "domain" && takesSubdomains(value),
      },
    },
  },
  kind: {
    title: "policies.kind.kind",
    start: { type: "kind", kinds: ["ordinary"] },
    fields: {
      kinds: {
        control: "choices",
        label: "policies.field.kinds",
        required: true,
        words: {
          ordinary: "policies.mail.ordinary",
          calendar: "policies.mail.calendar",
          "calendar-reply": "policies.mail.calendar-reply",
          "automatic-reply": "policies.mail.automatic-reply",
          "automatic-forward": "policies.mail.automatic-forward",
          "read-receipt": "policies.mail.read-receipt",
          dsn: "policies.mail.dsn",
        },
      },
    },
  },
  header: {
    title: "policies.kind.header",
    start: { type: "header", name: "", operator: "exists", values: [] },
    fields: {
      name: { control: "code", label: "policies.field.header", hint: "policies.hint.header", required: true },
      operator: {
        control: "choice",
        label: "policies.field.operator",
        required: true,
        words: { ...EXISTENCE, ...TEXT_OPERATORS },
      },
      values: { control: "texts", label: "policies.field.values", shown: takesValues },
    },
  },
  size: {
    title: "policies.kind.size",
    start: { type: "size", comparison: ">=", number: 10 * 1024 * 1024 },
    fields: {
      number: { control: "bytes", label: "policies.field.bytes", least: 0, required: true },
      comparison: { control: "choice", label: "policies.field.comparison", words: COMPARISONS },
    },
  },
  time: {
    title: "policies.kind.time",
    hint: "policies.hint.time",
    start: { type: "time", weekdays: [], since: "00:00", until: "24:00" },
    fields: {
      weekdays: { control: "choices", label: "policies.field.weekdays", hint: "policies.hint.weekdays", words: WEEKDAYS },
      since: { control: "time", label: "policies.field.since" },
      until: { control: "time", label: "policies.field.until" },
    },
  },
  label: {
    title: "policies.kind.label",
    start: { type: "label", operator: "exists", values: [] },
    fields: {
      operator: {
        control: "choice",
        label: "policies.field.operator",
        words: { ...EXISTENCE, equals: "policies.op.equals", "not-equals": "policies.op.not-equals" },
      },
      values: { control: "texts", label: "policies.field.label_values", shown: takesValues },
    },
  },
};

export const LEAF_KINDS = Object.keys(CONDITIONS) as readonly LeafKind[];

/** A new condition of that kind. */
export function newLeaf(kind: LeafKind): Leaf {
  return CONDITIONS[kind].start;
}
