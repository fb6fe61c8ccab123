/** A condition tree out of JSON that a person wrote: what is left out has its default, and every mistake has its place. */
import type { TextArguments, TextKey } from "../../../text/catalogue";
import { CONDITIONS } from "./conditions";
import { anyForm, type AnyField, type AnyForm } from "./field";
import type { Condition } from "./types";

export interface Mistake {
  /** As in `$.of[0].operator`. */
  readonly at: string;
  readonly text: TextKey;
  readonly values: TextArguments;
}

export interface ReadTree {
  /** Only where there is no mistake. */
  readonly tree: Condition | null;
  readonly mistakes: readonly Mistake[];
}

const KINDS = ["all", "any", "not", ...Object.keys(CONDITIONS)];

export function readCondition(value: unknown): ReadTree {
  const mistakes: Mistake[] = [];
  const tree = node(value, "$", (at, text, values = {}) => mistakes.push({ at, text, values }));
  return mistakes.length > 0 ? { tree: null, mistakes } : { tree, mistakes };
}

type Tell = (at: string, text: TextKey, values?: TextArguments) => void;

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function node(value: unknown, at: string, tell: Tell): Condition {
  const nothing: Condition = { type: "all", of: [] };
  if (!isObject(value)) {
    tell(at, "policies.json.object");
    return nothing;
  }
  const type = value["type"];
  if (typeof type !== "string" || !KINDS.includes(type)) {
    tell(type === undefined ? at : `${at}.type`, "policies.json.type", { words: KINDS.join(", ") });
    return nothing;
  }
  if (type === "all" || type === "any") {
    unknownFields(value, ["type", "of"], at, tell);
    const of = value["of"];
    if (!Array.isArray(of)) {
      tell(of === undefined ? at : `${at}.of`, "policies.json.members");
      return nothing;
    }
    return { type, of: of.map((member, index) => node(member, `${at}.of[${index.toString()}]`, tell)) };
  }
  if (type === "not") {
    unknownFields(value, ["type", "of"], at, tell);
    return { type, of: node(value["of"], value["of"] === undefined ? at : `${at}.of`, tell) };
  }
  return leaf(anyForm((CONDITIONS as Readonly<Record<string, unknown>>)[type]), value, at, tell);
}

function leaf(form: AnyForm, value: Readonly<Record<string, unknown>>, at: string, tell: Tell): Condition {
  unknownFields(value, ["type", ...Object.keys(form.fields)], at, tell);
  const found: Record<string, unknown> = { type: value["type"] };
  for (const [name, field] of Object.entries(form.fields)) {
    const given = value[name];
    if (given !== undefined) {
      checkField(field, given, `${at}.${name}`, tell);
      found[name] = given;
    } else if (field.required) {
      tell(at, "policies.json.missing", { field: name });
    } else {
      found[name] = Array.isArray(form.start[name]) ? [] : form.start[name];
    }
  }
  return found as unknown as Condition;
}

function unknownFields(value: Readonly<Record<string, unknown>>, known: readonly string[], at: string, tell: Tell): void {
  for (const name of Object.keys(value)) {
    if (!known.includes(name)) tell(`${at}.${name}`, "policies.json.unknown", { field: name, words: known.join(", ") });
  }
}

function checkField(field: AnyField, given: unknown, at: string, tell: Tell): void {
  const words = Object.keys(field.words ?? {});
  // A control that depends on the value is one of names or texts.
  switch (typeof field.control === "function" ? "texts" : field.control) {
    case "switch":
      if (typeof given !== "boolean") tell(at, "policies.json.boolean");
      return;
    case "number":
    case "bytes":
      if (typeof given !== "number" || !Number.isInteger(given)) tell(at, "policies.json.number");
      return;
    case "choice":
      if (typeof given !== "string" || !words.includes(given)) tell(at, "policies.json.words", { words: words.join(", ") });
      return;
    case "choices":
    case "texts":
    case "lists":
    case "groups":
    case "addresses":
      texts(given, words, at, tell);
      return;
    default:
      if (typeof given !== "string") tell(at, "policies.json.text");
  }
}

function texts(given: unknown, words: readonly string[], at: string, tell: Tell): void {
  if (!Array.isArray(given)) {
    tell(at, "policies.json.texts");
    return;
  }
  given.forEach((one: unknown, index) => {
    const place = `${at}[${index.toString()}]`;
    if (typeof one !== "string" || one === "") tell(place, "policies.json.text");
    else if (words.length > 0 && !words.includes(one)) tell(place, "policies.json.words", { words: words.join(", ") });
  });
}
