/**
 * How the fields of a model are edited. A table of type `Fields<T>` names every field of `T` with a control that fits its
 * type, so a field or a word that the API gains does not compile until it has its place in a form.
 */
import type { TextKey } from "../../../text/catalogue";
import type { Condition } from "./types";

/**
 * Free text. `password` is hidden until looked at, `certificates` may come from a file; `secret` is the name of a secret
 * that the operator of the service has put there; the others offer names that exist.
 */
export type TextControl = "text" | "long" | "code" | "time" | "password" | "certificates" | "secret" | "template" | "route" | "group";
/** Lists of texts: typed and pasted (`texts`, `addresses`, `days`), or names that exist. */
export type ListControl = "texts" | "addresses" | "lists" | "groups";

interface Choice<V extends string, T> {
  readonly control: "choice";
  readonly words: Readonly<Record<V, TextKey>>;
  /** The words that make sense for this value; all where it is left out. */
  readonly among?: (value: T) => readonly V[];
}

interface Choices<V extends string> {
  readonly control: "choices";
  readonly words: Readonly<Record<V, TextKey>>;
}

type Amount<V> = AnyAmount & (null extends V ? { readonly optional: true } : { readonly optional?: never });

interface AnyAmount {
  readonly control: "number" | "bytes";
  readonly least?: number;
  readonly most?: number;
  readonly step?: number;
  readonly unit?: TextKey;
}

type Texts<T> = { readonly control: ListControl } | { readonly control: (value: T) => ListControl };

type ControlOf<V, T> = [V] extends [boolean]
  ? { readonly control: "switch" }
  : [V] extends [number | null]
    ? Amount<V>
    : [V] extends [string]
      ? string extends V
        ? { readonly control: TextControl }
        : Choice<V, T>
      : [V] extends [string | null]
        ? { readonly control: "moment" }
      : [V] extends [readonly string[]]
        ? string extends V[number]
          ? Texts<T>
          : Choices<V[number]>
        : [V] extends [Condition | null]
          ? { readonly control: "tree" }
          : { readonly control: "elsewhere" };

interface About<T> {
  readonly label: TextKey;
  readonly hint?: TextKey;
  /** Whether the field belongs to the value as it stands; one that does not is put back to its default. */
  readonly shown?: (value: T) => boolean;
  /** A text that leaves it out is not complete. */
  readonly required?: boolean;
}

export type FieldOf<T, K extends keyof T> = About<T> & ControlOf<Exclude<T[K], undefined>, T>;

/** Every field of `T`, in the order in which the form shows them. */
export type Fields<T, Left extends PropertyKey = "type"> = {
  readonly [K in Exclude<keyof T, Left>]-?: FieldOf<T, K>;
};

/** A form: what it is called, what a new one holds, and its fields. */
export interface Form<T, Left extends PropertyKey = "type"> {
  readonly title: TextKey;
  readonly hint?: TextKey;
  readonly start: T;
  readonly fields: Fields<T, Left>;
}

/** A model as the generic form sees it. */
export type AnyValue = Readonly<Record<string, unknown>>;

/** A field as the generic form sees it: the same, with the type of its value forgotten. */
export interface AnyField extends About<AnyValue> {
  readonly control: string | ((value: AnyValue) => string);
  readonly words?: Readonly<Record<string, TextKey>>;
  readonly among?: (value: AnyValue) => readonly string[];
  readonly least?: number;
  readonly most?: number;
  readonly step?: number;
  readonly unit?: TextKey;
  readonly optional?: boolean;
}

export interface AnyForm {
  readonly title: TextKey;
  readonly hint?: TextKey;
  readonly start: AnyValue;
  readonly fields: Readonly<Record<string, AnyField>>;
}

/** The one place where the types of forms are forgotten. */
export function anyForm(form: unknown): AnyForm {
  return form as AnyForm;
}

export function controlOf(field: AnyField, value: AnyValue): string {
  return typeof field.control === "function" ? field.control(value) : field.control;
}

export function isShown(field: AnyField, value: AnyValue): boolean {
  return field.shown?.(value) ?? true;
}

/**
 * A change of one field, and what follows from it: a word that no longer fits gives way to the first that does, a field
 * that no longer belongs goes back to its default, and names of one sort are not kept as names of another.
 */
export function changed(form: AnyForm, before: AnyValue, name: string, to: unknown): AnyValue {
  let after: AnyValue = { ...before, [name]: to };
  for (const [other, field] of Object.entries(form.fields)) {
    if (other === name) continue;
    const among = field.among?.(after);
    if (!isShown(field, after)) after = { ...after, [other]: form.start[other] };
    else if (among && !among.includes(String(after[other]))) after = { ...after, [other]: among[0] };
  }
  for (const [other, field] of Object.entries(form.fields)) {
    if (other === name || !isShown(field, after)) continue;
    if (controlOf(field, before) !== controlOf(field, after)) after = { ...after, [other]: [] };
  }
  return after;
}
