/** Which rows of a list fit the filters of its page. */
import type { components } from "../../api/schema.gen";
import { fold } from "../../components/fold";

export type ListRow = components["schemas"]["MessageListRow"];

export interface Wanted {
  /** A part of the subject, the sender or a recipient that the row names. */
  readonly text: string;
  /** Empty for any; what it is compared with is for the list to say. */
  readonly state: string;
  /** `me`, the address of somebody whose proxy the reader is, or empty. */
  readonly whose: string;
}

/** The test of a row; `null` where every row fits, so that nothing needs to be tested. */
export function keepRow(wanted: Wanted, stateOf: (row: ListRow) => string): ((row: ListRow) => boolean) | null {
  const text = fold(wanted.text.trim());
  if (!text && !wanted.state && !wanted.whose) return null;
  return (row) => {
    if (wanted.state && stateOf(row) !== wanted.state) return false;
    if (wanted.whose && row.acting_for !== (wanted.whose === "me" ? "" : wanted.whose)) return false;
    const { subject, sender, from_address, first_recipients } = row.message;
    return !text || [subject, sender, from_address, ...first_recipients].some((part) => fold(part).includes(text));
  };
}
