/** Reports: figures and charts of a period, from counters that are kept hour by hour. */
import { Caption1, makeStyles, Spinner, tokens } from "@fluentui/react-components";
import { useQuery } from "@tanstack/react-query";

import { bodyOf } from "../../api/client";
import { useApi } from "../../app/api_context";
import { EmptyState } from "../../components/empty_state";
import { useFilters } from "../../components/filters";
import { Moment } from "../../components/moment";
import { PageFrame } from "../../components/page_frame";
import { ProblemView } from "../../components/problem_view";
import { useLanguage, useText } from "../../text/language";
import { durationText } from "./durations";
import { rangeOf } from "./range";
import { RangeBar } from "./range_bar";
import type { Report } from "./report";
import { ReportFigures } from "./report_figures";
import { type Tile, Tiles } from "./tiles";

const FILTERS = ["since", "until"] as const;

const useStyles = makeStyles({
  foot: { color: tokens.colorNeutralForeground2 },
});

export default function ReportPage() {
  const t = useText();
  const api = useApi();
  const { language } = useLanguage();
  const filters = useFilters(FILTERS);
  const range = rangeOf(filters.values.since, filters.values.until);
  const report = useQuery({
    queryKey: ["report", range, language],
    queryFn: async ({ signal }) => bodyOf(await api.GET("/api/v1/reports", { params: { query: range }, signal })),
    placeholderData: (before) => before,
  });
  return (
    <PageFrame title={t("reports.title")}>
      <RangeBar range={range} onChange={filters.set} />
      {report.isPending ? <Spinner label={t("common.loading")} /> : null}
      {report.error ? <ProblemView error={report.error} onRetry={() => void report.refetch()} /> : null}
      {report.data ? <Found report={report.data} /> : null}
    </PageFrame>
  );
}

function Found({ report }: { readonly report: Report }) {
  const t = useText();
  const styles = useStyles();
  const tiles = useTiles(report);
  if (report.messages === 0) return <EmptyState title={t("reports.empty_title")} text={t("reports.empty_text")} />;
  return (
    <>
      <Tiles tiles={tiles} />
      <ReportFigures report={report} />
      <Caption1 className={styles.foot}>
        {t("reports.days_in", { zone: report.time_zone })}
        {report.counted_to ? (
          <>
            {" · "}
            {t("reports.counted_to")} <Moment at={report.counted_to} />
          </>
        ) : null}
      </Caption1>
    </>
  );
}

function useTiles(report: Report): Tile[] {
  const t = useText();
  const { language } = useLanguage();
  const number = (count: number) => count.toLocaleString(language);
  const share = (count: number, whole: number) =>
    (whole ? count / whole : 0).toLocaleString(language, { style: "percent", maximumFractionDigits: 1 });
  const ofHeld = (count: number) => t("reports.of_held", { share: share(count, report.held) });
  return [
    {
      name: t("reports.messages"),
      value: number(report.messages),
      note: t("reports.to_recipients", { count: report.recipients, external: report.external_recipients }),
    },
    { name: t("reports.held"), value: number(report.held), note: t("reports.of_messages", { share: share(report.held, report.messages) }) },
    { name: t("reports.released"), value: number(report.released), note: ofHeld(report.released) },
    { name: t("reports.discarded"), value: number(report.discarded), note: ofHeld(report.discarded) },
    { name: t("reports.expired"), value: number(report.expired), note: ofHeld(report.expired) },
    report.p50_seconds === null
      ? { name: t("reports.median"), value: "–", note: t("reports.nobody_decided") }
      : {
          name: t("reports.median"),
          value: durationText(report.p50_seconds, t),
          note: t("reports.ninety", { time: durationText(report.p90_seconds ?? report.p50_seconds, t) }),
        },
  ];
}
