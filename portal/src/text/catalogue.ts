/** The texts of the portal, typed so that a key which one language lacks does not compile. */
import { access } from "./access";
import { common } from "./common";
import { problems } from "./problems";

const topics = { access, common, problems };

export type Language = "ja" | "en";
export const LANGUAGES: readonly Language[] = ["ja", "en"];

type Topics = typeof topics;
/** `topic.key`, for every key of every topic. */
export type TextKey = { [T in keyof Topics]: `${T}.${keyof Topics[T]["en"] & string}` }[keyof Topics];
export type TextArguments = Readonly<Record<string, string | number>>;

/** The text of `key` with `{name}` replaced. Numbers are written as the language does. */
export function textOf(language: Language, key: TextKey, values: TextArguments = {}): string {
  const [name, rest] = [key.slice(0, key.indexOf(".")), key.slice(key.indexOf(".") + 1)];
  const found = (topics as unknown as Record<string, Record<Language, Record<string, string>>>)[name]?.[language][rest];
  return (found ?? key).replace(/\{(\w+)\}/g, (whole, argument: string) => {
    const value = values[argument];
    if (value === undefined) return whole;
    return typeof value === "number" ? value.toLocaleString(language) : value;
  });
}
