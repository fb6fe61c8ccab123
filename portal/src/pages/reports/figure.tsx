/** One figure of a report: a chart, and the same as a table at the press of a button. */
import { Body1, Button, makeStyles, Spinner, tokens } from "@fluentui/react-components";
import { DataBarVerticalRegular, TableRegular } from "@fluentui/react-icons";
import { Suspense, useState, type ReactNode } from "react";

import { Section } from "../../components/section";
import { useLanguage, useText } from "../../text/language";
import { type FigureRow, FigureTable } from "./figure_table";

const useStyles = makeStyles({
  none: { color: tokens.colorNeutralForeground2 },
  chart: { minWidth: 0, minHeight: "8rem" },
});

interface Props {
  readonly title: string;
  readonly columns: readonly string[];
  readonly rows: readonly FigureRow[];
  readonly chart: ReactNode;
}

export function Figure({ title, columns, rows, chart }: Props) {
  const t = useText();
  const { language } = useLanguage();
  const styles = useStyles();
  const [asTable, setAsTable] = useState(false);
  const label = asTable ? t("reports.as_chart") : t("reports.as_table");
  return (
    <Section
      title={title}
      actions={
        <Button
          appearance="subtle"
          size="small"
          icon={asTable ? <DataBarVerticalRegular /> : <TableRegular />}
          aria-label={`${title}: ${label}`}
          disabled={rows.length === 0}
          onClick={() => {
            setAsTable(!asTable);
          }}
        >
          {label}
        </Button>
      }
    >
      {rows.length === 0 ? <Body1 className={styles.none}>{t("reports.no_rows")}</Body1> : null}
      {rows.length > 0 && asTable ? <FigureTable title={title} columns={columns} rows={rows} language={language} /> : null}
      {rows.length > 0 && !asTable ? (
        <div className={styles.chart}>
          <Suspense fallback={<Spinner size="small" label={t("common.loading")} />}>{chart}</Suspense>
        </div>
      ) : null}
    </Section>
  );
}
