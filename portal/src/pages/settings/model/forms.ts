/** The forms of everything that is neither condition nor action nor rule: one table for each model. */
import type { Form } from "./field";
import type {
  AddressList,
  BusinessHours,
  Grant,
  HoldNotices,
  NoticeText,
  Policy,
  SubjectMark,
  SystemPolicies,
  Template,
  TenantSettings,
} from "./types";
import { AT_END, LANGUAGES, WEEKDAYS } from "./vocabulary";

/** A policy's own fields; its conditions and actions are edited beside them. */
export const POLICY_FORM: Form<Policy, "id" | "enabled" | "when" | "unless" | "actions"> = {
  title: "settings.part.policies",
  start: {
    id: "policy",
    name: "",
    description: "",
    enabled: true,
    priority: 1000,
    groups: [],
    not_groups: [],
    when: { type: "all", of: [] },
    unless: null,
    actions: [],
    stop: false,
    if_protected: "hold",
  },
  fields: {
    name: { control: "text", label: "policies.field.name", hint: "policies.hint.policy_name" },
    description: { control: "long", label: "policies.field.description", hint: "policies.hint.policy_description" },
    groups: { control: "groups", label: "policies.field.groups", hint: "policies.hint.groups" },
    not_groups: { control: "groups", label: "policies.field.not_groups" },
    priority: { control: "number", label: "policies.field.priority", hint: "policies.hint.priority", least: 0, most: 100_000 },
    if_protected: {
      control: "choice",
      label: "policies.field.if_protected",
      hint: "policies.hint.if_protected",
      words: {
        hold: "policies.if_protected.hold",
        "deliver-unchanged": "policies.if_protected.deliver-unchanged",
      },
    },
    stop: { control: "switch", label: "policies.field.stop", hint: "policies.hint.stop" },
  },
};

export const TEMPLATE_FORM: Form<Template, "id" | "text" | "html"> = {
  title: "settings.part.templates",
  start: { id: "template", name: "", text: "", html: "" },
  fields: { name: { control: "text", label: "settings.template.name" } },
};

export const LIST_FORM: Form<AddressList, "id" | "entries"> = {
  title: "settings.part.lists",
  start: { id: "list", name: "", entries: [] },
  fields: { name: { control: "text", label: "settings.list.name" } },
};

export const MARK_FORM: Form<SubjectMark> = {
  title: "settings.part.marks",
  start: { mark: "", effect: "send", passes_forced_alert: false, passes_approval: false },
  fields: {
    mark: { control: "code", label: "settings.mark.mark", hint: "settings.mark.mark_hint", required: true },
    effect: {
      control: "choice",
      label: "settings.mark.effect",
      words: {
        send: "settings.mark.send",
        discard: "settings.mark.discard",
        nozip: "settings.mark.nozip",
        zip: "settings.mark.zip",
      },
    },
    passes_forced_alert: {
      control: "switch",
      label: "settings.mark.passes_forced_alert",
      shown: (value) => value.effect === "send",
    },
    passes_approval: {
      control: "switch",
      label: "settings.mark.passes_approval",
      shown: (value) => value.effect === "send",
    },
  },
};

export const GRANT_FORM: Form<Grant> = {
  title: "settings.part.access",
  start: { address: "", role: "auditor", groups: [] },
  fields: {
    address: { control: "text", label: "settings.grant.address", required: true },
    role: {
      control: "choice",
      label: "settings.grant.role",
      words: {
        "tenant-administrator": "access.role.tenant-administrator",
        "group-administrator": "access.role.group-administrator",
        auditor: "access.role.auditor",
        "incident-responder": "access.role.incident-responder",
      },
    },
    groups: {
      control: "groups",
      label: "settings.grant.groups",
      shown: (value) => value.role === "group-administrator",
    },
  },
};

/** The four that groups and people may choose too, as the others are. */
export const SHARED_NOTICE_FIELDS = ["channels", "language", "reminder_hours", "reminders"] as const;

export const NOTICES_FORM: Form<HoldNotices, "business_hours" | "texts"> = {
  title: "settings.part.notices",
  start: {
    sender_address: "",
    administrator_address: "",
    language: "ja",
    reminder_hours: 4,
    reminders: 2,
    at_end: "leave",
    link_days: 7,
    channels: ["mail"],
    fall_back_after: 3,
    business_hours: null,
    texts: [],
  },
  fields: {
    channels: {
      control: "choices",
      label: "settings.notice.channels",
      hint: "settings.notice.channels_hint",
      words: {
        mail: "settings.channel.mail",
        "teams-card": "settings.channel.teams-card",
        "teams-text": "settings.channel.teams-text",
      },
    },
    language: { control: "choice", label: "settings.notice.language", hint: "settings.notice.language_hint", words: LANGUAGES },
    reminder_hours: {
      control: "number",
      label: "settings.notice.reminder_hours",
      least: 0.01,
      most: 720,
      step: 0.5,
      unit: "policies.unit.hours",
    },
    reminders: { control: "number", label: "settings.notice.reminders", least: 0, most: 20, unit: "policies.unit.times" },
    at_end: { control: "choice", label: "settings.notice.at_end", words: AT_END },
    link_days: {
      control: "number",
      label: "settings.notice.link_days",
      least: 0.01,
      most: 90,
      step: 1,
      unit: "policies.unit.days",
    },
    fall_back_after: {
      control: "number",
      label: "settings.notice.fall_back_after",
      least: 1,
      most: 20,
      unit: "policies.unit.times",
    },
    sender_address: { control: "text", label: "settings.notice.sender_address", hint: "settings.notice.sender_address_hint" },
    administrator_address: {
      control: "text",
      label: "settings.notice.administrator_address",
      hint: "settings.notice.administrator_address_hint",
    },
  },
};

export const HOURS_FORM: Form<BusinessHours> = {
  title: "settings.hours.title",
  start: { days: ["mon", "tue", "wed", "thu", "fri"], start: "09:00", end: "18:00", holidays: "japan", closed: [] },
  fields: {
    days: { control: "choices", label: "settings.hours.days", words: WEEKDAYS },
    start: { control: "time", label: "settings.hours.start" },
    end: { control: "time", label: "settings.hours.end" },
    holidays: {
      control: "choice",
      label: "settings.hours.holidays",
      words: { japan: "settings.hours.japan", none: "settings.hours.none" },
    },
    closed: { control: "texts", label: "settings.hours.closed", hint: "settings.hours.closed_hint" },
  },
};

export const NOTICE_TEXT_FORM: Form<NoticeText, "text"> = {
  title: "settings.words.title",
  start: { notice: "hold-first", language: "ja", subject: "", text: "" },
  fields: {
    notice: {
      control: "choice",
      label: "settings.words.notice",
      words: {
        "hold-first": "settings.words.hold-first",
        "hold-reminder": "settings.words.hold-reminder",
        "hold-left": "settings.words.hold-left",
        "hold-released": "settings.words.hold-released",
        "hold-expired": "settings.words.hold-expired",
        "hold-delayed": "settings.words.hold-delayed",
        "hold-discarded": "settings.words.hold-discarded",
        "approval-request": "settings.words.approval-request",
        "approval-reminder": "settings.words.approval-reminder",
        "approval-approved": "settings.words.approval-approved",
        "approval-denied": "settings.words.approval-denied",
        receipt: "settings.words.receipt",
        password: "settings.words.password",
      },
    },
    language: { control: "choice", label: "settings.words.language", words: LANGUAGES },
    subject: { control: "text", label: "settings.words.subject", hint: "settings.words.subject_hint" },
  },
};

export const SYSTEM_FORM: Form<SystemPolicies> = {
  title: "settings.system.title",
  start: { automatic_forwards: true, automatic_replies: true, read_receipts: true, dsns: true, calendar_replies: true },
  fields: {
    automatic_forwards: { control: "switch", label: "settings.system.automatic_forwards" },
    automatic_replies: { control: "switch", label: "settings.system.automatic_replies" },
    read_receipts: { control: "switch", label: "settings.system.read_receipts" },
    dsns: { control: "switch", label: "settings.system.dsns" },
    calendar_replies: { control: "switch", label: "settings.system.calendar_replies" },
  },
};

type General = Pick<TenantSettings, "name" | "time_zone">;

export const GENERAL_FORM: Form<General> = {
  title: "settings.part.general",
  start: { name: "", time_zone: "Asia/Tokyo" },
  fields: {
    name: { control: "text", label: "settings.general.name" },
    time_zone: { control: "code", label: "settings.general.time_zone", hint: "settings.general.time_zone_hint" },
  },
};
