/** Every kind of action with its form. A kind that the API gains does not compile until it stands here. */
import type { Form } from "./field";
import type { Action, ActionKind, ActionOf } from "./types";
import { AT_END, PLACES } from "./vocabulary";

interface ActionForm<T> extends Form<T> {
  /** Groups and people cannot have it: it would let mail pass what stands above them. */
  readonly administratorsOnly?: boolean;
}

export const ACTIONS: { readonly [K in ActionKind]: ActionForm<ActionOf<K>> } = {
  zip: {
    title: "policies.action.zip",
    hint: "policies.action_hint.zip",
    start: {
      type: "zip",
      method: "aes-256",
      exempt_internal: true,
      exempt_lists: [],
      skip_if_encrypted: true,
      file_name: "enc_YYYYMMDDhhmmss.zip",
      password: "",
      password_length: 12,
      password_classes: ["lower", "upper", "digit"],
      explanation: "",
      explanation_place: "top",
      notice: "automatic",
      notice_delay_minutes: 5,
      notice_template: "",
    },
    fields: {
      method: {
        control: "choice",
        label: "policies.zip.method",
        words: { "aes-256": "policies.zip.aes", zipcrypto: "policies.zip.zipcrypto" },
      },
      file_name: { control: "code", label: "policies.zip.file_name", hint: "policies.zip.file_name_hint" },
      exempt_internal: { control: "switch", label: "policies.zip.exempt_internal" },
      skip_if_encrypted: { control: "switch", label: "policies.zip.skip_if_encrypted" },
      exempt_lists: { control: "lists", label: "policies.zip.exempt_lists", hint: "policies.zip.exempt_lists_hint" },
      password: { control: "password", label: "policies.zip.password", hint: "policies.zip.password_hint" },
      password_length: {
        control: "number",
        label: "policies.zip.password_length",
        least: 8,
        most: 64,
        shown: (value) => !value.password,
      },
      password_classes: {
        control: "choices",
        label: "policies.zip.password_classes",
        shown: (value) => !value.password,
        words: {
          lower: "policies.zip.lower",
          upper: "policies.zip.upper",
          digit: "policies.zip.digit",
          symbol: "policies.zip.symbol",
        },
      },
      explanation: { control: "template", label: "policies.zip.explanation" },
      explanation_place: {
        control: "choice",
        label: "policies.zip.explanation_place",
        words: PLACES,
        shown: (value) => value.explanation !== "",
      },
      notice: {
        control: "choice",
        label: "policies.zip.notice",
        words: {
          automatic: "policies.zip.notice_automatic",
          manual: "policies.zip.notice_manual",
          none: "policies.zip.notice_none",
        },
      },
      notice_delay_minutes: {
        control: "number",
        label: "policies.zip.notice_delay_minutes",
        least: 0,
        most: 10_080,
        unit: "policies.unit.minutes",
        shown: (value) => value.notice === "automatic",
      },
      notice_template: {
        control: "template",
        label: "policies.zip.notice_template",
        shown: (value) => value.notice !== "none",
      },
    },
  },
  "boss-copy": {
    title: "policies.action.boss-copy",
    hint: "policies.action_hint.boss-copy",
    start: { type: "boss-copy", field: "cc", who: "manager", addresses: [], if_unknown: "hold" },
    fields: {
      field: { control: "choice", label: "policies.boss.field", words: { cc: "policies.boss.cc", bcc: "policies.boss.bcc" } },
      who: {
        control: "choice",
        label: "policies.boss.who",
        words: { manager: "policies.boss.manager", addresses: "policies.boss.addresses" },
      },
      addresses: { control: "addresses", label: "policies.field.addresses", shown: (value) => value.who === "addresses" },
      if_unknown: {
        control: "choice",
        label: "policies.boss.if_unknown",
        shown: (value) => value.who === "manager",
        words: {
          hold: "policies.boss.hold",
          deliver: "policies.boss.deliver",
          discard: "policies.boss.discard",
        },
      },
    },
  },
  "bcc-conversion": {
    title: "policies.action.bcc-conversion",
    hint: "policies.action_hint.bcc-conversion",
    start: { type: "bcc-conversion", which: "all", sender_to_to: true },
    fields: {
      which: {
        control: "choice",
        label: "policies.bcc.which",
        words: { all: "policies.bcc.all", external: "policies.bcc.external" },
      },
      sender_to_to: { control: "switch", label: "policies.bcc.sender_to_to" },
    },
  },
  "insert-text": {
    title: "policies.action.insert-text",
    start: { type: "insert-text", template: "", place: "bottom" },
    fields: {
      template: { control: "template", label: "policies.field.template", required: true },
      place: { control: "choice", label: "policies.field.place", words: PLACES },
    },
  },
  approval: {
    title: "policies.action.approval",
    hint: "policies.action_hint.approval",
    start: {
      type: "approval",
      approvers: "manager",
      addresses: [],
      group: "",
      quorum: "first",
      needed: 1,
      reminder_hours: 4,
      reminders: 2,
      escalate_to: [],
      escalate_to_manager: false,
      at_end: "leave",
    },
    fields: {
      approvers: {
        control: "choice",
        label: "policies.approval.approvers",
        words: {
          manager: "policies.approval.manager",
          addresses: "policies.approval.addresses",
          group: "policies.approval.group",
        },
      },
      addresses: { control: "addresses", label: "policies.field.addresses", shown: (value) => value.approvers === "addresses" },
      group: { control: "group", label: "policies.approval.group_id", shown: (value) => value.approvers === "group" },
      quorum: {
        control: "choice",
        label: "policies.approval.quorum",
        words: {
          first: "policies.approval.first",
          all: "policies.approval.all",
          count: "policies.approval.count",
        },
      },
      needed: {
        control: "number",
        label: "policies.approval.needed",
        least: 1,
        most: 100,
        shown: (value) => value.quorum === "count",
      },
      reminder_hours: {
        control: "number",
        label: "policies.approval.reminder_hours",
        least: 0.01,
        most: 720,
        step: 0.5,
        unit: "policies.unit.hours",
      },
      reminders: { control: "number", label: "policies.approval.reminders", least: 0, most: 20, unit: "policies.unit.times" },
      escalate_to: { control: "addresses", label: "policies.approval.escalate_to", hint: "policies.approval.escalate_hint" },
      escalate_to_manager: { control: "switch", label: "policies.approval.escalate_to_manager" },
      at_end: { control: "choice", label: "policies.approval.at_end", words: AT_END },
    },
  },
  hold: { title: "policies.action.hold", start: { type: "hold" }, fields: {} },
  deliver: {
    title: "policies.action.deliver",
    hint: "policies.action_hint.deliver",
    administratorsOnly: true,
    start: { type: "deliver" },
    fields: {},
  },
  delay: {
    title: "policies.action.delay",
    hint: "policies.action_hint.delay",
    start: { type: "delay", minutes: 5 },
    fields: {
      minutes: {
        control: "number",
        label: "policies.field.minutes",
        least: 1,
        most: 10_080,
        unit: "policies.unit.minutes",
        required: true,
      },
    },
  },
  discard: {
    title: "policies.action.discard",
    start: { type: "discard", notify: true },
    fields: { notify: { control: "switch", label: "policies.field.notify" } },
  },
  reject: {
    title: "policies.action.reject",
    hint: "policies.action_hint.reject",
    start: { type: "reject", text: "" },
    fields: { text: { control: "long", label: "policies.field.reject_text" } },
  },
  link: {
    title: "policies.action.link",
    hint: "policies.action_hint.link",
    start: { type: "link", days: 14, exempt_internal: true },
    fields: {
      days: { control: "number", label: "policies.field.link_days", least: 1, most: 365, unit: "policies.unit.days" },
      exempt_internal: { control: "switch", label: "policies.field.link_exempt" },
    },
  },
  "add-header": {
    title: "policies.action.add-header",
    administratorsOnly: true,
    start: { type: "add-header", name: "", value: "" },
    fields: {
      name: { control: "code", label: "policies.field.header", hint: "policies.hint.header", required: true },
      value: { control: "text", label: "policies.field.header_value", required: true },
    },
  },
  "remove-header": {
    title: "policies.action.remove-header",
    administratorsOnly: true,
    start: { type: "remove-header", name: "" },
    fields: { name: { control: "code", label: "policies.field.header", hint: "policies.hint.header", required: true } },
  },
  redirect: {
    title: "policies.action.redirect",
    hint: "policies.action_hint.redirect",
    administratorsOnly: true,
    start: { type: "redirect", route: "" },
    fields: { route: { control: "route", label: "policies.field.route", required: true } },
  },
};

export const ACTION_KINDS = Object.keys(ACTIONS) as readonly ActionKind[];

/** A new action of that kind. */
export function newAction(kind: ActionKind): Action {
  return ACTIONS[kind].start;
}

/** At most one of these: they say what becomes of the message. */
export const FATES: readonly ActionKind[] = ["hold", "deliver", "discard", "reject", "delay"];
/** Each at most once. */
const ONCE: readonly ActionKind[] = ["zip", "bcc-conversion", "approval", "link", "redirect"];

/** The kinds that can be added beside those that are there. */
export function addable(present: readonly Action[], administrator: boolean): readonly ActionKind[] {
  const kinds = present.map((action) => action.type);
  const decided = kinds.some((kind) => FATES.includes(kind));
  return ACTION_KINDS.filter((kind) => {
    if (ACTIONS[kind].administratorsOnly && !administrator) return false;
    if (FATES.includes(kind)) return !decided;
    return !(ONCE.includes(kind) && kinds.includes(kind));
  });
}
