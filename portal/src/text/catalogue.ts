/** The texts of the portal, typed so that a key which one language lacks does not compile. */
import { access } from "./access";
import { common } from "./common";
import { nav } from "./nav";
import type { pageTopics } from "./page_topics";
import { problems } from "./problems";

/** What the frame and the start page say: part of what a first visit loads. */
const firstTopics = { access, common, nav, problems };

export type Language = "ja" | "en";
export const LANGUAGES: readonly Language[] = ["ja", "en"];

type Keys<Topics extends Readonly<Record<string, { en: object }>>> = {
  [T in keyof Topics & string]: `${T}.${keyof Topics[T]["en"] & string}`;
}[keyof Topics & string];
/** A key whose text is there from the beginning. */
export type FirstKey = Keys<typeof firstTopics>;
/** `topic.key`, for every key of every topic. */
export type TextKey = FirstKey | Keys<typeof pageTopics>;
export type TextArguments = Readonly<Record<string, string | number>>;

type Texts = Readonly<Record<Language, Readonly<Record<string, string>>>>;
const loaded = new Map<string, Texts>(Object.entries(firstTopics));

/** Bring in the texts of all pages. To be waited for before a page is shown. */
export async function loadPageTexts(): Promise<void> {
  const { pageTopics } = await import("./page_topics");
  for (const [name, texts] of Object.entries(pageTopics)) loaded.set(name, texts);
}

/** The text of `key` with `{name}` replaced. Numbers are written as the language does. */
export function textOf(language: Language, key: TextKey, values: TextArguments = {}): string {
  const [name, rest] = [key.slice(0, key.indexOf(".")), key.slice(key.indexOf(".") + 1)];
  const found = loaded.get(name)?.[language][rest];
  return (found ?? key).replace(/\{(\w+)\}/g, (whole, argument: string) => {
    const value = values[argument];
    if (value === undefined) return whole;
    return typeof value === "number" ? value.toLocaleString(language) : value;
  });
}
