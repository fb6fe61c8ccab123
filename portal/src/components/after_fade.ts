/** Longer than a dialog takes to fade out, in milliseconds. */
const FADE_MS = 500;

/** Do it when a dialog that was just closed has gone. A page that goes before leaves everything hidden to screen readers. */
export function afterFade(action: () => void): void {
  window.setTimeout(action, FADE_MS);
}
