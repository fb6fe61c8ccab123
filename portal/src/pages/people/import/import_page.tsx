/** Import with a preview, and export: people, groups, and the parts of a scope's settings that are lists of things. */
import { Body1, Field, makeStyles, Select, tokens } from "@fluentui/react-components";

import { may, useMe } from "../../../app/api_context";
import { useFilters } from "../../../components/filters";
import { PageFrame } from "../../../components/page_frame";
import { Section } from "../../../components/section";
import { useText } from "../../../text/language";
import { ExportButtons } from "./export_buttons";
import { ImportForm } from "./import_form";
import { isDirectory, isTable, mayExport, mayImport, TABLES } from "./tables";

const FILTERS = ["table", "scope"] as const;

const useStyles = makeStyles({
  what: { maxWidth: "20rem" },
  frame: { display: "flex", flexDirection: "column", gap: tokens.spacingVerticalL, maxWidth: "64rem" },
});

export default function ImportPage() {
  const t = useText();
  const me = useMe();
  const styles = useStyles();
  const filters = useFilters(FILTERS);
  const scope = filters.values.scope || "tenant";
  const shown = TABLES.filter((one) => (isDirectory(one) ? may(me, "read-people") && scope === "tenant" : true));
  const wanted = filters.values.table;
  const table = isTable(wanted) && shown.includes(wanted) ? wanted : (shown[0] ?? "rules");
  return (
    <PageFrame title={t("exchange.title")}>
      <div className={styles.frame}>
        <Body1>{t("exchange.lead")}</Body1>
        <Field label={t("exchange.what")} className={styles.what}>
          <Select
            value={table}
            onChange={(_, data) => {
              filters.set({ table: data.value });
            }}
          >
            {shown.map((one) => (
              <option key={one} value={one}>
                {t(`exchange.table.${one}`)}
              </option>
            ))}
          </Select>
        </Field>
        {scope === "tenant" ? null : <Body1>{t("exchange.whose", { scope: scope.slice(scope.indexOf(":") + 1) })}</Body1>}
        {mayExport(me, table) ? (
          <Section title={t("exchange.export")}>
            <Body1>{t("exchange.export_lead")}</Body1>
            <ExportButtons table={table} scope={scope} />
          </Section>
        ) : null}
        {mayImport(me, table, scope) ? (
          <Section title={t("exchange.import")}>
            <ImportForm key={`${table} ${scope}`} table={table} scope={scope} />
          </Section>
        ) : null}
      </div>
    </PageFrame>
  );
}
