/** Keyboard shortcuts of the page of a message. They can be switched off (WCAG 2.1.4), and rest while something is typed. */
import { useEffect, useRef, useState } from "react";

const KEPT = "matta.shortcuts";

export type Shortcuts = Readonly<Record<string, (() => void) | undefined>>;

/** The key of a shortcut: a letter or digit as it is written on it, whatever a Japanese input method makes of it. */
export function keyOf(event: Pick<KeyboardEvent, "key" | "code" | "ctrlKey" | "altKey" | "metaKey">): string | null {
  if (event.ctrlKey || event.altKey || event.metaKey) return null;
  if (event.key.length === 1) return event.key.toLowerCase();
  if (event.key !== "Process") return null;
  return /^(?:Key|Digit)(.)$/.exec(event.code)?.[1]?.toLowerCase() ?? null;
}

/** Whether keys belong to what has the focus, or to a dialog. */
export function isTyping(element: Element | null): boolean {
  if (!element) return false;
  if (element.closest('[role="dialog"], [role="alertdialog"], [contenteditable="true"], textarea, select')) return true;
  return element.matches("input") && !element.matches('[type="checkbox"], [type="radio"]');
}

export function useShortcuts(shortcuts: Shortcuts): { readonly on: boolean; readonly turn: (on: boolean) => void } {
  const [on, setOn] = useState(() => window.localStorage.getItem(KEPT) !== "off");
  const latest = useRef(shortcuts);
  useEffect(() => {
    latest.current = shortcuts;
  });
  useEffect(() => {
    const pressed = (event: KeyboardEvent) => {
      if (event.defaultPrevented || event.repeat || isTyping(document.activeElement)) return;
      const key = keyOf(event);
      const act = key === null || !on ? undefined : latest.current[key];
      if (!act) return;
      event.preventDefault();
      act();
    };
    document.addEventListener("keydown", pressed);
    return () => {
      document.removeEventListener("keydown", pressed);
    };
  }, [on]);
  return {
    on,
    turn: (next) => {
      window.localStorage.setItem(KEPT, next ? "on" : "off");
      setOn(next);
    },
  };
}
