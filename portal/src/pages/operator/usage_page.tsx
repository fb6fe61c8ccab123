/** What every tenant used, from counters; as a file for billing. */
import {
  Button,
  Caption1,
  makeStyles,
  Spinner,
  Table,
  TableBody,
  TableCell,
  TableHeader,
  TableHeaderCell,
  TableRow,
  tokens,
} from "@fluentui/react-components";
import { ArrowDownloadRegular } from "@fluentui/react-icons";
import { useQuery } from "@tanstack/react-query";

import { bodyOf } from "../../api/client";
import type { components } from "../../api/schema.gen";
import { useApi } from "../../app/api_context";
import { sizeText } from "../../components/bytes";
import { EmptyState } from "../../components/empty_state";
import { FilterForm } from "../../components/filter_form";
import { useFilters } from "../../components/filters";
import { PageFrame } from "../../components/page_frame";
import { PageLink } from "../../components/page_link";
import { ProblemView } from "../../components/problem_view";
import { useSaveFile } from "../../components/save_file";
import { useLanguage, useText } from "../../text/language";
import { TenantStateBadge } from "./tenant_state";

type TenantUsage = components["schemas"]["TenantUsage"];

const FILTERS = ["since", "until"] as const;
const NUMBERS = ["people", "senders", "messages", "held", "recipients", "external_recipients"] as const;
const LABELS = {
  people: "operator.people",
  senders: "operator.senders",
  messages: "operator.messages",
  held: "operator.held",
  recipients: "operator.recipients",
  external_recipients: "operator.external",
} as const;

const useStyles = makeStyles({
  frame: {
    overflow: "auto",
    border: `1px solid ${tokens.colorNeutralStroke2}`,
    borderRadius: tokens.borderRadiusMedium,
    backgroundColor: tokens.colorNeutralBackground1,
  },
  table: { minWidth: "62rem" },
  number: { textAlign: "end", fontVariantNumeric: "tabular-nums" },
  headNumber: { "& .fui-TableHeaderCell__button": { justifyContent: "flex-end" } },
  wide: { width: "14rem" },
  total: { fontWeight: tokens.fontWeightSemibold },
});

export default function UsagePage() {
  const t = useText();
  const api = useApi();
  const filters = useFilters(FILTERS);
  const file = useSaveFile("usage.csv");
  const asked = filters.values;
  const usage = useQuery({
    queryKey: ["usage", asked],
    queryFn: async ({ signal }) => bodyOf(await api.GET("/api/v1/operator/usage", { params: { query: asked }, signal })).rows,
    placeholderData: (before) => before,
  });
  return (
    <PageFrame
      title={t("operator.usage")}
      actions={
        <Button
          icon={<ArrowDownloadRegular />}
          disabled={file.isSaving || !usage.data}
          onClick={() => {
            file.save(() => api.GET("/api/v1/operator/usage/export", { params: { query: asked }, parseAs: "blob" }));
          }}
        >
          {t("common.export_csv")}
        </Button>
      }
    >
      {file.error ? <ProblemView error={file.error} /> : null}
      <FilterForm
        name={t("operator.usage_form")}
        filters={filters}
        fields={[
          { name: "since", label: t("operator.since"), type: "date" },
          { name: "until", label: t("operator.until"), type: "date" },
        ]}
      />
      <Caption1>{t("operator.usage_days")}</Caption1>
      {usage.isPending ? <Spinner label={t("common.loading")} /> : null}
      {usage.error ? <ProblemView error={usage.error} onRetry={() => void usage.refetch()} /> : null}
      {usage.data?.length === 0 ? <EmptyState title={t("operator.usage_empty")} /> : null}
      {usage.data && usage.data.length > 0 ? <UsageTable rows={usage.data} /> : null}
    </PageFrame>
  );
}

function UsageTable({ rows }: { readonly rows: readonly TenantUsage[] }) {
  const t = useText();
  const { language } = useLanguage();
  const styles = useStyles();
  const sum = (name: (typeof NUMBERS)[number] | "size") => rows.reduce((total, row) => total + (row[name] ?? 0), 0);
  return (
    // A scrolling region must be reachable by keyboard (WCAG 2.1.1).
    // eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex
    <div className={styles.frame} role="region" aria-label={t("operator.usage")} tabIndex={0}>
      <Table className={styles.table} aria-label={t("operator.usage")}>
        <TableHeader>
          <TableRow>
            <TableHeaderCell className={styles.wide}>{t("operator.tenant")}</TableHeaderCell>
            <TableHeaderCell>{t("operator.state")}</TableHeaderCell>
            {NUMBERS.map((name) => (
              <TableHeaderCell key={name} className={styles.headNumber}>
                {t(LABELS[name])}
              </TableHeaderCell>
            ))}
            <TableHeaderCell className={styles.headNumber}>{t("operator.size")}</TableHeaderCell>
          </TableRow>
        </TableHeader>
        <TableBody>
          {rows.map((row) => (
            <TableRow key={row.tenant_id}>
              <TableCell className={styles.wide}>
                <PageLink to={`/operator/tenants/${encodeURIComponent(row.tenant_id)}`}>{row.name || row.tenant_id}</PageLink>
              </TableCell>
              <TableCell>
                <TenantStateBadge state={row.state} />
              </TableCell>
              {NUMBERS.map((name) => (
                <TableCell key={name} className={styles.number}>
                  {row[name]?.toLocaleString(language) ?? t("operator.people_unknown")}
                </TableCell>
              ))}
              <TableCell className={styles.number}>{sizeText(row.size, language)}</TableCell>
            </TableRow>
          ))}
          <TableRow className={styles.total}>
            <TableCell>{t("operator.total")}</TableCell>
            <TableCell />
            {NUMBERS.map((name) => (
              <TableCell key={name} className={styles.number}>
                {rows.some((row) => row[name] !== null) ? sum(name).toLocaleString(language) : "–"}
              </TableCell>
            ))}
            <TableCell className={styles.number}>{sizeText(sum("size"), language)}</TableCell>
          </TableRow>
        </TableBody>
      </Table>
    </div>
  );
}
