/** The way of a canary as a table: each place, when, and how long since the one before. */
import { makeStyles, Table, TableBody, TableCell, TableHeader, TableHeaderCell, TableRow, tokens } from "@fluentui/react-components";

import { useLanguage, useText } from "../../text/language";
import type { CanaryView } from "./use_onboarding";

const useStyles = makeStyles({
  table: { tableLayout: "auto" },
  place: { overflowWrap: "anywhere" },
  number: { whiteSpace: "nowrap", fontVariantNumeric: "tabular-nums", color: tokens.colorNeutralForeground1 },
});

export function Hops({ hops }: { readonly hops: CanaryView["hops"] }) {
  const t = useText();
  const { language } = useLanguage();
  const styles = useStyles();
  const took = (seconds: number | null) => {
    if (seconds === null) return "";
    const text = t("onboarding.hop_seconds", { seconds: seconds.toLocaleString(language, { maximumFractionDigits: 2 }) });
    return seconds < 0 ? `${text} (${t("onboarding.hop_clock")})` : text;
  };
  return (
    <Table size="small" className={styles.table} aria-label={t("onboarding.hops")}>
      <TableHeader>
        <TableRow>
          <TableHeaderCell>{t("onboarding.hop_place")}</TableHeaderCell>
          <TableHeaderCell>{t("onboarding.hop_at")}</TableHeaderCell>
          <TableHeaderCell>{t("onboarding.hop_took")}</TableHeaderCell>
        </TableRow>
      </TableHeader>
      <TableBody>
        {hops.map((hop, index) => (
          <TableRow key={`${index.toString()} ${hop.at}`}>
            <TableCell className={styles.place}>{t(`onboarding.hop.${hop.kind}`, { name: hop.name })}</TableCell>
            <TableCell className={styles.number}>
              <time dateTime={hop.at}>{new Date(hop.at).toLocaleTimeString(language)}</time>
            </TableCell>
            <TableCell className={styles.number}>{took(hop.seconds)}</TableCell>
          </TableRow>
        ))}
      </TableBody>
    </Table>
  );
}
