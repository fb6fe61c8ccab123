/** Whether a dialog must be in the document: while it is open, and a moment longer, in which it gives the page back. */
import { useEffect, useState } from "react";

/** Longer than a dialog's closing animation. */
const MOMENT_MS = 600;

/**
 * A dialog that is taken away while it is open leaves the page behind it hidden from screen readers; one that stays in the
 * document while it is closed leaves invisible stops for the tab key. So it is closed first and taken away after, and the
 * focus goes back to where it was, or to the content of the page.
 */
export function useLingering(open: boolean): boolean {
  const [there, setThere] = useState(false);
  const [was, setWas] = useState(false);
  const [opener, setOpener] = useState<Element | null>(null);
  if (open !== was) {
    setWas(open);
    if (open) {
      setThere(true);
      setOpener(document.activeElement);
    }
  }
  useEffect(() => {
    if (open || !there) return undefined;
    const later = window.setTimeout(() => {
      setThere(false);
      const lost = document.activeElement === null || document.activeElement === document.body;
      if (!lost) return;
      // What opened it may have gone with what was decided; then reading goes on at the content.
      const next = opener instanceof HTMLElement && opener.isConnected && opener !== document.body ? opener : null;
      (next ?? document.getElementById("content"))?.focus({ preventScroll: true });
    }, MOMENT_MS);
    return () => {
      window.clearTimeout(later);
    };
  }, [open, there, opener]);
  return there || open;
}
