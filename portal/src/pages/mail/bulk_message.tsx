/** One of several messages that are about to be decided. */
import { makeStyles, Text, tokens } from "@fluentui/react-components";

import { useText } from "../../text/language";
import type { ListRow } from "./keep_row";
import type { MessageView } from "./message_queries";
import { ReasonTicks } from "./reason_ticks";

const useStyles = makeStyles({
  item: {
    display: "flex",
    flexDirection: "column",
    gap: tokens.spacingVerticalS,
    overflowWrap: "anywhere",
    paddingBlockEnd: tokens.spacingVerticalM,
    borderBlockEndWidth: "1px",
    borderBlockEndStyle: "solid",
    borderBlockEndColor: tokens.colorNeutralStroke2,
    ":last-child": { borderBlockEndStyle: "none" },
  },
  about: { color: tokens.colorNeutralForeground2 },
});

interface Props {
  readonly row: ListRow;
  /** Where reasons are to be ticked, once it is loaded. */
  readonly view: MessageView | undefined;
  readonly ticked: ReadonlySet<number>;
  readonly onTick: (number: number, on: boolean) => void;
}

export function BulkMessage({ row: { message, acting_for }, view, ticked, onTick }: Props) {
  const t = useText();
  const styles = useStyles();
  const more = message.recipients - message.first_recipients.length;
  return (
    <li className={styles.item}>
      <Text weight="semibold">{message.subject || t("mail.subject_blank")}</Text>
      <Text size={200} className={styles.about}>
        {t("mail.row_to", { names: message.first_recipients.join(", ") })}{" "}
        {more > 0 ? t("mail.row_more", { count: more }) : null}{" "}
        {message.external > 0 ? t("mail.row_external", { count: message.external }) : t("mail.row_internal_only")}{" "}
        {acting_for ? t("mail.row_for", { name: acting_for }) : null}
      </Text>
      {view && view.reasons.length > 0 ? <ReasonTicks reasons={view.reasons} ticked={ticked} onTick={onTick} /> : null}
      {view?.reasons.length === 0 ? <Text size={200}>{t("mail.bulk_no_reasons")}</Text> : null}
      {view && view.approvals_needed.length > 0 ? (
        <Text size={200}>{t("mail.bulk_approval", { policies: view.approvals_needed.join(", ") })}</Text>
      ) : null}
    </li>
  );
}
