/** Light or dark: as the system, or as chosen here. */
import { FluentProvider, webDarkTheme, webLightTheme } from "@fluentui/react-components";
import { createContext, useCallback, useContext, useMemo, useState, useSyncExternalStore, type ReactNode } from "react";

export type Appearance = "system" | "light" | "dark";
const KEPT = "matta.appearance";
const FONTS = "'Segoe UI', 'Hiragino Sans', 'Noto Sans JP', 'Yu Gothic UI', Meiryo, sans-serif";
const LIGHT = { ...webLightTheme, fontFamilyBase: FONTS };
const DARK = { ...webDarkTheme, fontFamilyBase: FONTS };

interface Chosen {
  readonly appearance: Appearance;
  /** What `appearance` comes to now. */
  readonly dark: boolean;
  readonly choose: (next: Appearance) => void;
}

const ThemeContext = createContext<Chosen | null>(null);

function firstAppearance(): Appearance {
  const kept = window.localStorage.getItem(KEPT);
  return kept === "light" || kept === "dark" ? kept : "system";
}

function subscribe(changed: () => void): () => void {
  const query = window.matchMedia("(prefers-color-scheme: dark)");
  query.addEventListener("change", changed);
  return () => {
    query.removeEventListener("change", changed);
  };
}

export function ThemeProvider({ children }: { readonly children: ReactNode }) {
  const [appearance, setAppearance] = useState<Appearance>(firstAppearance);
  const prefersDark = useSyncExternalStore(subscribe, () => window.matchMedia("(prefers-color-scheme: dark)").matches);
  const dark = appearance === "dark" || (appearance === "system" && prefersDark);
  const choose = useCallback((next: Appearance) => {
    window.localStorage.setItem(KEPT, next);
    setAppearance(next);
  }, []);
  const value = useMemo(() => ({ appearance, dark, choose }), [appearance, dark, choose]);
  return (
    <ThemeContext value={value}>
      <FluentProvider theme={dark ? DARK : LIGHT} style={{ minHeight: "100vh" }} data-theme={dark ? "dark" : "light"}>
        {children}
      </FluentProvider>
    </ThemeContext>
  );
}

export function useAppearance(): Chosen {
  const found = useContext(ThemeContext);
  if (!found) throw new Error("outside of ThemeProvider");
  return found;
}
