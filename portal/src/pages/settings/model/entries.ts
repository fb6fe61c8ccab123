/** Entries of address lists out of whatever was pasted: mails' recipient lines, columns of a sheet, lines of a file. */

export interface PastedEntries {
  readonly entries: readonly string[];
  /** What looks like none of the forms; the API has the last word. */
  readonly odd: readonly string[];
}

const ENTRY = /^(?:[^\s@<>,;"]*@)?[.*?@]?[^\s@<>,;"]+$/;

/** `Taro <taro@example.com>; b@example.com` becomes the two addresses; doubles are left out. */
export function pastedEntries(text: string): PastedEntries {
  const entries: string[] = [];
  const odd: string[] = [];
  const seen = new Set<string>();
  for (const piece of text.replace(/^\uFEFF/, "").split(/[\n\r,;、，；\t]+/)) {
    const entry = cleaned(piece);
    if (entry === "" || seen.has(entry.toLowerCase())) continue;
    seen.add(entry.toLowerCase());
    (looksLikeEntry(entry) ? entries : odd).push(entry);
  }
  return { entries, odd };
}

/** A wildcard, a domain with a dot, or an address. */
export function looksLikeEntry(text: string): boolean {
  return ENTRY.test(text) && (text.includes("@") || text.includes(".") || text.includes("*"));
}

function cleaned(piece: string): string {
  const address = /<([^<>]+)>/.exec(piece)?.[1] ?? piece;
  return address.trim().replace(/^["']+|["']+$/g, "").trim();
}
