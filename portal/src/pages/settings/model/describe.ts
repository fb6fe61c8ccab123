/** Rules, conditions and actions in one line each, in the words of their forms. */
import type { useText } from "../../../text/language";
import type { Names } from "../draft/editor_context";
import { ACTIONS } from "./actions";
import { CONDITIONS } from "./conditions";
import { anyForm, type AnyField, type AnyForm, type AnyValue, controlOf, isShown } from "./field";
import { RULE_FIELDS, RULES } from "./rules";
import { isGroup, peel } from "./tree";
import type { Action, Condition, Leaf, Rule } from "./types";

type Tell = ReturnType<typeof useText>;
const MOST_VALUES = 3;

export function describeCondition(tree: Condition, t: Tell, names: Names, top = true): string {
  const { negated, inner } = peel(tree);
  let text: string;
  if (isGroup(inner)) {
    if (inner.of.length === 0) return t(inner.type === "all" ? "policies.says.everything" : "policies.says.nothing");
    const joined = inner.of
      .map((one) => describeCondition(one, t, names, inner.of.length === 1 && top && !negated))
      .join(` ${t(inner.type === "all" ? "policies.tree.and" : "policies.tree.or")} `);
    text = (top && !negated) || inner.of.length === 1 ? joined : `(${joined})`;
  } else {
    text = leafText(inner, t, names);
  }
  return negated ? t("policies.says.not", { text }) : text;
}

export function describeAction(action: Action, t: Tell, names: Names): string {
  const form = anyForm(ACTIONS[action.type]);
  const more = fieldsText(form, action, t, names, []);
  return more ? `${t(form.title)} (${more})` : t(form.title);
}

export function describeRule(rule: Rule, t: Tell, names: Names): string {
  if (rule.rule === "condition" && rule.when) return describeCondition(rule.when, t, names);
  const table = RULE_FIELDS as unknown as Readonly<Record<string, AnyField>>;
  const plain = rule as unknown as AnyValue;
  const said = RULES[rule.rule].options.flatMap((name) => {
    const field = table[name];
    const value = plain[name];
    if (!field || value === null || value === false || (Array.isArray(value) && value.length === 0)) return [];
    const text = valueText(field, value, plain, t, names);
    return text ? [`${t(field.label)}: ${text}`] : [];
  });
  return [t(RULES[rule.rule].title), ...said].join(" · ");
}

/** What decides (the operator and its values), in the language's order; then what is not as usual. */
const DECIDING = ["operator", "comparison", "test", "number", "values"];

function leafText(leaf: Leaf, t: Tell, names: Names): string {
  const form = anyForm(CONDITIONS[leaf.type]);
  const value = leaf as unknown as AnyValue;
  const say = (name: string) => {
    const field = form.fields[name];
    if (!field || !isShown(field, value)) return "";
    const text = valueText(field, value[name], value, t, names);
    return text && name === "values" ? t("policies.says.quoted", { text }) : text;
  };
  const number = say("number");
  // "There is an attachment" says it all; "size of one" needs what follows.
  const title = say("test") || t(form.title);
  const values = number || say("values");
  const operator = number ? say("comparison") : say("operator");
  const said = values || operator ? t(number ? "policies.says.number" : "policies.says.leaf", { title, values, operator }) : title;
  const more = fieldsText(form, leaf, t, names, DECIDING);
  return `${said.replace(/ +/g, " ").trim()}${more ? t("policies.says.more_about", { text: more }) : ""}`;
}

/** All fields but these that are not as usual. */
function fieldsText(form: AnyForm, model: object, t: Tell, names: Names, left: readonly string[]): string {
  const value = model as AnyValue;
  const said = Object.entries(form.fields).flatMap(([name, field]) => {
    if (!isShown(field, value)) return [];
    const usual = JSON.stringify(value[name]) === JSON.stringify(form.start[name]);
    if (usual || left.includes(name) || controlOf(field, value) === "password") return [];
    if (value[name] === true) return [t(field.label)];
    const text = valueText(field, value[name], value, t, names);
    return text ? [text] : [];
  });
  return said.join(t("policies.list_comma"));
}

function valueText(field: AnyField, value: unknown, whole: AnyValue, t: Tell, names: Names): string {
  const control = controlOf(field, whole);
  if (Array.isArray(value)) {
    const offered = control === "lists" ? names.lists : control === "groups" ? names.groups : [];
    const words = value.slice(0, MOST_VALUES).map((one: unknown) => {
      const id = String(one);
      const word = field.words?.[id];
      return word ? t(word) : offered.find((name) => name.id === id)?.name || id;
    });
    const more = value.length > MOST_VALUES ? t("policies.says.more", { count: value.length - MOST_VALUES }) : "";
    return words.length > 0 ? `${words.join(t("policies.list_comma"))}${more}` : "";
  }
  switch (control) {
    case "switch":
      return "";
    case "bytes":
      return t("policies.says.megabytes", { number: Math.round((Number(value) / 1024 / 1024) * 100) / 100 });
    case "number":
      return field.unit ? `${String(value)} ${t(field.unit)}` : String(value);
    case "template":
      return names.templates.find((one) => one.id === value)?.name || String(value);
    default: {
      const word = field.words?.[String(value)];
      return word ? t(word) : String(value);
    }
  }
}
