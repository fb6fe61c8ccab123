/** One message of somebody in reach: as in every list, with who sent it and what held it. */
import { type MessageRow, MessageLine } from "../../components/mail/message_line";
import { useText } from "../../text/language";

export function TrackedLine({ row }: { readonly row: MessageRow }) {
  const t = useText();
  const rules = [...new Set(row.rule_names)].filter(Boolean).join(", ");
  return (
    <MessageLine row={row}>
      <span>{t("tracking.from", { sender: row.from_address || row.sender })}</span>
      {rules ? <span>{t("tracking.reasons", { rules })}</span> : null}
    </MessageLine>
  );
}
