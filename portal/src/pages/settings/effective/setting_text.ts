/** An effective value in words: rules, policies and lists by their names and what they do, single values as their forms have them. */
import type { useText } from "../../../text/language";
import { ACTIONS } from "../model/actions";
import { describeCondition, describeRule } from "../model/describe";
import { DELIVERY_FORM, GATHERING_FORM, SIGNING_FORM } from "../model/delivery_forms";
import { anyForm } from "../model/field";
import { GENERAL_FORM, HOURS_FORM, NOTICES_FORM, SYSTEM_FORM } from "../model/forms";
import { RETENTION_FORM } from "../model/retention_forms";
import { RULES } from "../model/rules";
import type { AddressList, BusinessHours, Policy, Rule, Template, TenantSettings } from "../model/types";

type Tell = ReturnType<typeof useText>;
const NO_NAMES = { lists: [], templates: [], routes: [], groups: [] } as const;
const MOST = 5;

interface Said {
  /** Empty where the place says it. */
  readonly name: string;
  readonly value: string;
}

export function settingText(path: string, value: unknown, t: Tell): Said {
  const head = /^\w+/.exec(path)?.[0];
  const off = (enabled: boolean, text: string) => (enabled ? text : `${text} (${t("common.off")})`);
  switch (head) {
    case "rules": {
      const rule = value as Rule;
      return { name: rule.name || t(RULES[rule.rule].title), value: off(rule.enabled, describeRule(rule, t, NO_NAMES)) };
    }
    case "policies": {
      const policy = value as Policy;
      const actions = policy.actions.map((action) => t(ACTIONS[action.type].title)).join(t("policies.list_comma"));
      return { name: policy.name || policy.id, value: off(policy.enabled, `${describeCondition(policy.when, t, NO_NAMES)} → ${actions}`) };
    }
    case "lists": {
      const list = value as AddressList;
      return { name: list.name || list.id, value: t("settings.list.count", { count: list.entries.length }) };
    }
    case "templates": {
      const template = value as Template;
      return { name: template.name || template.id, value: template.text.trim().split("\n")[0] ?? "" };
    }
    default:
      return { name: "", value: single(path, value, t) };
  }
}

const FORMS = [NOTICES_FORM, SYSTEM_FORM, DELIVERY_FORM, SIGNING_FORM, GATHERING_FORM, RETENTION_FORM, GENERAL_FORM].map((form) => anyForm(form).fields);

function single(path: string, value: unknown, t: Tell): string {
  const name = path.split(".").at(-1) ?? path;
  const field = FORMS.find((fields) => name in fields)?.[name];
  if (value === null || value === "" || (Array.isArray(value) && value.length === 0)) return t("common.none");
  if (typeof value === "boolean") return t(value ? "common.on" : "common.off");
  const word = (one: unknown) => {
    const text = field?.words?.[String(one)];
    return text ? t(text) : typeof one === "object" && one !== null ? JSON.stringify(one) : String(one);
  };
  if (name === "ingress") {
    const { peers, hosts } = value as TenantSettings["ingress"];
    return [...peers, ...hosts].join(t("policies.list_comma")) || t("common.none");
  }
  if (path.startsWith("retention.") && value === 0) return t("settings.retention.for_ever");
  if (name === "business_hours") {
    const hours = value as BusinessHours;
    return `${hours.days.map((day) => t(HOURS_FORM.fields.days.words[day])).join(t("policies.list_comma"))} ${hours.start}–${hours.end}`;
  }
  if (Array.isArray(value)) {
    if (value.some((one) => typeof one === "object")) return t("policies.texts.count", { count: value.length });
    const more = value.length > MOST ? t("policies.says.more", { count: value.length - MOST }) : "";
    return `${value.slice(0, MOST).map(word).join(t("policies.list_comma"))}${more}`;
  }
  return field?.unit ? `${word(value)} ${t(field.unit)}` : word(value);
}
