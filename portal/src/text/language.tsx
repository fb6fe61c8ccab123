/** The language that the page is shown in: chosen here, else the person's, else the browser's. */
import { createContext, useCallback, useContext, useEffect, useMemo, useState, type ReactNode } from "react";

import { type Language, LANGUAGES, type TextArguments, type TextKey, textOf } from "./catalogue";

const KEPT = "matta.language";

interface Chosen {
  readonly language: Language;
  readonly choose: (language: Language) => void;
}

const LanguageContext = createContext<Chosen | null>(null);

function isLanguage(value: unknown): value is Language {
  return LANGUAGES.includes(value as Language);
}

function firstLanguage(): Language {
  const asked = new URLSearchParams(window.location.search).get("lang");
  if (isLanguage(asked)) return asked;
  const kept = window.localStorage.getItem(KEPT);
  if (isLanguage(kept)) return kept;
  return navigator.languages.map((tag) => tag.slice(0, 2)).find(isLanguage) ?? "ja";
}

export function LanguageProvider({ children }: { readonly children: ReactNode }) {
  const [language, setLanguage] = useState<Language>(firstLanguage);
  useEffect(() => {
    document.documentElement.lang = language;
  }, [language]);
  const choose = useCallback((next: Language) => {
    window.localStorage.setItem(KEPT, next);
    setLanguage(next);
  }, []);
  const value = useMemo(() => ({ language, choose }), [language, choose]);
  return <LanguageContext value={value}>{children}</LanguageContext>;
}

export function useLanguage(): Chosen {
  const found = useContext(LanguageContext);
  if (!found) throw new Error("outside of LanguageProvider");
  return found;
}

/** `t("topic.key", {name: value})` in the present language. */
export function useText(): (key: TextKey, values?: TextArguments) => string {
  const { language } = useLanguage();
  return useCallback((key, values) => textOf(language, key, values), [language]);
}
