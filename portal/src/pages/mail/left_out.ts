/** What a release leaves out: recipients by address, attachments by part number. */
export interface LeftOut {
  readonly recipients: ReadonlySet<string>;
  readonly files: ReadonlySet<string>;
}

export const NOTHING_LEFT_OUT: LeftOut = { recipients: new Set(), files: new Set() };

/** The checkboxes of lists whose entries can be left out; `null` where nothing can be chosen now. */
export interface Choosing {
  readonly leftOut: LeftOut;
  readonly mayLeaveOut: ReadonlySet<string>;
  readonly mayLeaveOutFiles: boolean;
  readonly onChoose: (kind: keyof LeftOut, id: string, keep: boolean) => void;
}

export function choose(before: LeftOut, kind: keyof LeftOut, id: string, keep: boolean): LeftOut {
  const next = new Set(before[kind]);
  if (keep) next.delete(id);
  else next.add(id);
  return { ...before, [kind]: next };
}

/** Whether a release would reach nobody. */
export function isNobodyLeft(leftOut: LeftOut, recipients: readonly { address: string; fate: string }[]): boolean {
  return !recipients.some(({ address, fate }) => fate === "pending" && !leftOut.recipients.has(address));
}
