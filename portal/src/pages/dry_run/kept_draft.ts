/** A draft that the settings page hands over: it is kept for this window while the reader tries it. */
import type { components } from "../../api/schema.gen";

export type TenantSettings = components["schemas"]["TenantSettings"];

const KEPT = "matta.draft.tenant";

export interface KeptDraft {
  /** What the reader calls it. */
  readonly name: string;
  readonly document: TenantSettings;
}

export function keepDraft(draft: KeptDraft): void {
  window.sessionStorage.setItem(KEPT, JSON.stringify(draft));
}

export function keptDraft(): KeptDraft | null {
  const text = window.sessionStorage.getItem(KEPT);
  return text ? (JSON.parse(text) as KeptDraft) : null;
}
