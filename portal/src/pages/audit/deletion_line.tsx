/** One record of a deletion: what went, how much of it, by which rule, and the hashes by which it can be checked. */
import { Badge, Body1, makeStyles, tokens } from "@fluentui/react-components";

import type { components } from "../../api/schema.gen";
import { sizeText } from "../../components/bytes";
import { Moment } from "../../components/moment";
import { useLanguage, useText } from "../../text/language";

type DeletionRecord = Omit<components["schemas"]["DeletionRecord"], "kept" | "holds">;

const useStyles = makeStyles({
  line: { display: "grid", gap: tokens.spacingVerticalXXS, minWidth: 0 },
  head: { display: "flex", flexWrap: "wrap", alignItems: "baseline", gap: tokens.spacingHorizontalS },
  about: {
    display: "flex",
    flexWrap: "wrap",
    columnGap: tokens.spacingHorizontalM,
    color: tokens.colorNeutralForeground2,
    fontSize: tokens.fontSizeBase200,
    lineHeight: tokens.lineHeightBase300,
    overflowWrap: "anywhere",
  },
});

export function DeletionLine({ record }: { readonly record: DeletionRecord }) {
  const t = useText();
  const styles = useStyles();
  const { language } = useLanguage();
  return (
    <div className={styles.line}>
      <span className={styles.head}>
        <Badge appearance="tint" color="informative">
          {t(`audit.deleted.what.${record.what}`)}
        </Badge>
        <Body1>{t(record.what === "audit" ? "audit.deleted.rows" : "audit.deleted.messages", { count: record.messages })}</Body1>
        {record.size > 0 ? <Body1>{sizeText(record.size, language)}</Body1> : null}
      </span>
      <span className={styles.about}>
        <span>
          {t("audit.deleted.verified")} <Moment at={record.verified_at} />
        </span>
        {record.first ? (
          <span>
            {t("audit.deleted.received")} <Moment at={record.first} /> – <Moment at={record.last} />
          </span>
        ) : null}
        <span>{t("audit.deleted.by_rule", { days: record.days, version: record.settings_version })}</span>
      </span>
      <span className={styles.about}>
        <span>{t("audit.deleted.number", { number: record.number, hash: record.hash.slice(0, 16) })}</span>
      </span>
    </div>
  );
}
