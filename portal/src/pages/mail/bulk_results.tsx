/** What became of each of several messages. */
import { makeStyles, Text, tokens } from "@fluentui/react-components";
import { CheckmarkCircleFilled, InfoRegular, WarningRegular } from "@fluentui/react-icons";
import { Link } from "react-router";

import { useText } from "../../text/language";
import type { BulkOutcome } from "./bulk_dialog";
import type { ListRow } from "./keep_row";

const useStyles = makeStyles({
  list: { listStyleType: "none", margin: "0", padding: "0", display: "flex", flexDirection: "column", gap: tokens.spacingVerticalM },
  item: { display: "flex", gap: tokens.spacingHorizontalS, alignItems: "flex-start", overflowWrap: "anywhere" },
  words: { display: "flex", flexDirection: "column", minWidth: 0 },
  icon: { flexShrink: 0, fontSize: tokens.fontSizeBase500 },
  good: { color: tokens.colorPaletteGreenForeground1 },
  bad: { color: tokens.colorPaletteRedForeground1 },
  link: { color: tokens.colorBrandForegroundLink },
});

interface Props {
  readonly verb: "release" | "discard";
  readonly rows: readonly ListRow[];
  readonly results: readonly BulkOutcome[];
}

export function BulkResults({ verb, rows, results }: Props) {
  const t = useText();
  const styles = useStyles();
  const subjects = new Map(rows.map(({ message }) => [message.ref.queue_id, message.subject]));
  return (
    <ul className={styles.list}>
      {results.map((one) => (
        <li key={one.queue_id} className={styles.item}>
          <span className={styles.icon} aria-hidden>
            {one.result === "done" ? (
              <CheckmarkCircleFilled className={styles.good} />
            ) : one.result === "decided-before" ? (
              <InfoRegular />
            ) : (
              <WarningRegular className={styles.bad} />
            )}
          </span>
          <div className={styles.words}>
            <Text weight="semibold">{subjects.get(one.queue_id) || t("mail.subject_blank")}</Text>
            <Text>{resultText(one, verb, t)}</Text>
            {one.result === "done" ? null : (
              <Link className={styles.link} to={`/messages/${one.queue_id}`}>
                {t("mail.bulk_open")}
              </Link>
            )}
          </div>
        </li>
      ))}
    </ul>
  );
}

function resultText(one: BulkOutcome, verb: Props["verb"], t: ReturnType<typeof useText>): string {
  if (one.result !== "done") return t(`mail.result.${one.result}`);
  if (verb === "discard") return t("mail.result.discard");
  return t(one.state === "awaiting-approval" ? "mail.result.ask" : "mail.result.release");
}
