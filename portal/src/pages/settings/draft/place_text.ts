/** Places in settings (`rules[external].minimum`) in the words of the forms. */
import type { TextKey } from "../../../text/catalogue";
import type { useText } from "../../../text/language";
import { ACTIONS } from "../model/actions";
import { CONDITIONS } from "../model/conditions";
import {
  DELIVERY_FORM,
  DKIM_FORM,
  GATHERING_FORM,
  OAUTH_FORM,
  ROUTE_FORM,
  SERVER_FORM,
  SIGNING_FORM,
} from "../model/delivery_forms";
import { anyForm } from "../model/field";
import {
  GENERAL_FORM,
  GRANT_FORM,
  HOURS_FORM,
  LIST_FORM,
  MARK_FORM,
  NOTICE_TEXT_FORM,
  NOTICES_FORM,
  POLICY_FORM,
  SYSTEM_FORM,
  TEMPLATE_FORM,
} from "../model/forms";
import { LEGAL_HOLD_FORM, RETENTION_FORM } from "../model/retention_forms";
import { RULE_FORM } from "../model/rules";

const HEADS: Readonly<Record<string, { readonly text: TextKey; readonly forms: readonly unknown[] }>> = {
  rules: { text: "settings.part.rules", forms: [RULE_FORM, ...Object.values(CONDITIONS)] },
  policies: { text: "settings.part.policies", forms: [POLICY_FORM, ...Object.values(ACTIONS), ...Object.values(CONDITIONS)] },
  lists: { text: "settings.part.lists", forms: [LIST_FORM] },
  templates: { text: "settings.part.templates", forms: [TEMPLATE_FORM] },
  notices: { text: "settings.part.notices", forms: [NOTICES_FORM, HOURS_FORM, NOTICE_TEXT_FORM] },
  routes: { text: "settings.part.routes", forms: [ROUTE_FORM, SERVER_FORM, OAUTH_FORM] },
  subject_marks: { text: "settings.part.marks", forms: [MARK_FORM] },
  system_policies: { text: "settings.system.title", forms: [SYSTEM_FORM] },
  access: { text: "settings.part.access", forms: [GRANT_FORM] },
  delivery: { text: "settings.delivery.title", forms: [DELIVERY_FORM] },
  signing: { text: "settings.part.signing", forms: [SIGNING_FORM, DKIM_FORM] },
  gathering: { text: "settings.gathering.title", forms: [GATHERING_FORM] },
  retention: { text: "settings.part.retention", forms: [RETENTION_FORM, LEGAL_HOLD_FORM] },
};

/** Fields that no table of a form describes, since they are edited by parts of their own. */
const OTHERS: Readonly<Record<string, TextKey>> = {
  name: "settings.general.name",
  time_zone: "settings.general.time_zone",
  domains: "settings.general.domains",
  enabled: "settings.item.enabled",
  when: "settings.policy.when",
  unless: "settings.policy.unless",
  actions: "settings.policy.actions",
  entries: "settings.list.entries",
  text: "settings.template.text",
  html: "settings.template.html",
  servers: "settings.route.servers",
  business_hours: "settings.hours.title",
  texts: "settings.words.title",
  fixed: "settings.notice.fixed",
  grants: "settings.part.access",
  app_roles: "settings.grant.app_roles",
  rule: "settings.rule.kind",
  oauth: "settings.oauth.title",
  dkim: "settings.dkim.title",
  legal_holds: "settings.legal_hold.title",
  peers: "operator.peers",
  exchange_tenant: "operator.exchange_tenant",
  hosts: "operator.hosts",
  certificates: "settings.general.certificates",
  users: "settings.general.users",
  ingress: "settings.general.ingress",
  teams: "settings.general.teams",
  entra_tenant: "settings.general.entra_tenant",
  suspended: "settings.general.suspended",
  plan: "settings.general.plan",
  trial_ends_at: "settings.general.trial_ends_at",
};

const STEP = /([^.[\]]+)|\[([^\]]*)\]/g;

export function placeText(path: string, t: ReturnType<typeof useText>): string {
  const steps = [...path.replace(/^\$\.?/, "").matchAll(STEP)].map((found) => ({ name: found[1], key: found[2] }));
  const head = HEADS[steps[0]?.name ?? ""];
  const known = new Map<string, TextKey>();
  for (const form of head?.forms ?? [GENERAL_FORM]) {
    for (const [name, field] of Object.entries(anyForm(form).fields)) if (!known.has(name)) known.set(name, field.label);
  }
  const words = steps.map(({ name, key }, index) => {
    if (name === undefined) return /^\d+$/.test(key ?? "") ? `#${(Number(key) + 1).toString()}` : (key ?? "");
    const text = index === 0 && head ? head.text : (known.get(name) ?? OTHERS[name]);
    return name === "of" ? "" : text ? t(text) : name;
  });
  return words.filter((word) => word !== "").join(" › ");
}
