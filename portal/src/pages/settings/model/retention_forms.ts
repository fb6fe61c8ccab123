/** The forms of how long mail is kept, and what is kept whatever its age; what a shorter time takes away. */
import type { Form } from "./field";
import type { LegalHold, Retention } from "./types";

export const RETENTION_FORM: Form<Retention, "legal_holds"> = {
  title: "settings.part.retention",
  start: { body_days: 90, metadata_days: 730, audit_days: 1825, legal_holds: [] },
  fields: {
    body_days: {
      control: "number",
      label: "settings.retention.body",
      hint: "settings.retention.body_hint",
      least: 0,
      most: 36_500,
      unit: "policies.unit.days",
    },
    metadata_days: {
      control: "number",
      label: "settings.retention.metadata",
      hint: "settings.retention.metadata_hint",
      least: 0,
      most: 36_500,
      unit: "policies.unit.days",
    },
    audit_days: {
      control: "number",
      label: "settings.retention.audit",
      hint: "settings.retention.audit_hint",
      least: 0,
      most: 36_500,
      unit: "policies.unit.days",
    },
  },
};

export const LEGAL_HOLD_FORM: Form<LegalHold, "id"> = {
  title: "settings.legal_hold.title",
  start: { id: "hold", name: "", reason: "", addresses: [], since: null, until: null },
  fields: {
    name: { control: "text", label: "settings.legal_hold.name" },
    reason: { control: "long", label: "settings.legal_hold.reason" },
    addresses: { control: "addresses", label: "settings.legal_hold.addresses", hint: "settings.legal_hold.addresses_hint" },
    since: { control: "moment", label: "settings.legal_hold.since", hint: "settings.legal_hold.since_hint" },
    until: { control: "moment", label: "settings.legal_hold.until", hint: "settings.legal_hold.until_hint" },
  },
};

export type Kept = "body_days" | "metadata_days" | "audit_days";
const KEPT: readonly Kept[] = ["body_days", "metadata_days", "audit_days"];

/** What `after` keeps for a shorter time than `before`; 0 is for ever. */
export function shortened(before: Retention, after: Retention): readonly Kept[] {
  const length = (days: number) => (days === 0 ? Infinity : days);
  return KEPT.filter((kept) => length(after[kept]) < length(before[kept]));
}

/** The legal holds that `after` no longer has, or has for less. */
export function lifted(before: Retention, after: Retention): readonly LegalHold[] {
  const covers = (hold: LegalHold) => JSON.stringify([hold.addresses, hold.since, hold.until]);
  return before.legal_holds.filter((hold) => {
    const now = after.legal_holds.find((one) => one.id === hold.id);
    return now === undefined || covers(now) !== covers(hold);
  });
}
