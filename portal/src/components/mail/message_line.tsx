/** One message in a list: its subject leads to it, and below stand whom it is for, when, and how it stands. */
import { Badge, makeStyles, Text, tokens } from "@fluentui/react-components";
import { AttachRegular, PersonSwapRegular } from "@fluentui/react-icons";
import type { ReactNode } from "react";
import { Link } from "react-router";

import type { components } from "../../api/schema.gen";
import { useText } from "../../text/language";
import { Moment } from "../moment";
import { StateBadge } from "./state_badge";

export type MessageRow = components["schemas"]["MessageRow"];

const useStyles = makeStyles({
  line: {
    display: "grid",
    gridTemplateColumns: "minmax(0, 1fr) auto",
    columnGap: tokens.spacingHorizontalM,
    rowGap: tokens.spacingVerticalXXS,
    alignItems: "start",
    minWidth: 0,
    flexGrow: 1,
    "@media (max-width: 30rem)": { gridTemplateColumns: "minmax(0, 1fr)" },
  },
  subject: {
    fontWeight: tokens.fontWeightSemibold,
    overflowWrap: "anywhere",
    color: tokens.colorNeutralForeground1,
    textDecorationLine: "none",
    ":hover": { color: tokens.colorBrandForegroundLink, textDecorationLine: "underline" },
  },
  state: { "@media (max-width: 30rem)": { gridRow: "1", justifySelf: "start" } },
  about: {
    gridColumn: "1 / -1",
    display: "flex",
    flexWrap: "wrap",
    alignItems: "center",
    columnGap: tokens.spacingHorizontalM,
    rowGap: tokens.spacingVerticalXXS,
    color: tokens.colorNeutralForeground2,
    fontSize: tokens.fontSizeBase200,
    lineHeight: tokens.lineHeightBase300,
    overflowWrap: "anywhere",
    minWidth: 0,
  },
  with: { display: "inline-flex", alignItems: "center", gap: tokens.spacingHorizontalXXS },
});

interface Props {
  readonly row: MessageRow;
  /** The person whose proxy the reader is here; empty for the reader's own. */
  readonly actingFor?: string;
  /** The part of the message's page that the line leads to. */
  readonly hash?: string;
  /** In place of the state of the message. */
  readonly badge?: ReactNode;
  /** More about it, at the end. */
  readonly children?: ReactNode;
}

export function MessageLine({ row, actingFor = "", hash = "", badge, children }: Props) {
  const t = useText();
  const styles = useStyles();
  const more = row.recipients - row.first_recipients.length;
  const names = row.first_recipients.join(", ");
  return (
    <div className={styles.line}>
      <Link to={`/messages/${row.ref.queue_id}${hash && `#${hash}`}`} className={styles.subject}>
        {row.subject || t("mail.subject_blank")}
      </Link>
      <span className={styles.state}>{badge ?? <StateBadge state={row.state} />}</span>
      <div className={styles.about}>
        {row.external > 0 ? (
          <Badge appearance="outline" color="danger">
            {t("mail.row_external", { count: row.external })}
          </Badge>
        ) : (
          <Badge appearance="outline" color="informative">
            {t("mail.row_internal_only")}
          </Badge>
        )}
        <span>
          {t("mail.row_to", { names })} {more > 0 ? t("mail.row_more", { count: more }) : null}
        </span>
      </div>
      <div className={styles.about}>
        <Moment at={row.sent_at} />
        {row.attachments > 0 ? (
          <span className={styles.with}>
            <AttachRegular aria-hidden />
            {row.attachments === 1 ? t("mail.row_attachment") : t("mail.row_attachments", { count: row.attachments })}
          </span>
        ) : null}
        {row.body_deleted ? (
          <Badge appearance="outline" color="subtle">
            {t("mail.row_body_deleted")}
          </Badge>
        ) : null}
        {actingFor ? (
          <Text size={200} weight="semibold" className={styles.with}>
            <PersonSwapRegular aria-hidden />
            {t("mail.row_for", { name: actingFor })}
          </Text>
        ) : null}
        {children}
      </div>
    </div>
  );
}
