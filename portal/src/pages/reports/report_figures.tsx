/** All figures of a report, side by side where there is room. */
import { makeStyles, tokens } from "@fluentui/react-components";
import { lazy } from "react";

import { useLanguage, useText } from "../../text/language";
import { dayName } from "./day_name";
import { shownClasses } from "./durations";
import { Figure } from "./figure";
import { outcomesOf, type Report } from "./report";

const OutcomeChart = lazy(() => import("./charts").then((charts) => ({ default: charts.OutcomeChart })));
const NamesChart = lazy(() => import("./charts").then((charts) => ({ default: charts.NamesChart })));
const ClassesChart = lazy(() => import("./charts").then((charts) => ({ default: charts.ClassesChart })));
const VolumeChart = lazy(() => import("./charts").then((charts) => ({ default: charts.VolumeChart })));

const useStyles = makeStyles({
  grid: {
    display: "grid",
    gap: tokens.spacingHorizontalL,
    gridTemplateColumns: "repeat(auto-fit, minmax(min(100%, 26rem), 1fr))",
    alignItems: "start",
  },
  wide: { gridColumn: "1 / -1", minWidth: 0 },
});

export function ReportFigures({ report }: { readonly report: Report }) {
  const t = useText();
  const { language } = useLanguage();
  const styles = useStyles();
  const share = (count: number, whole: number) =>
    (whole ? count / whole : 0).toLocaleString(language, { style: "percent", maximumFractionDigits: 1 });
  const days = report.days.map((day) => ({ ...day, name: dayName(day.name, language) }));
  const hours = report.hours.map((hour) => ({ ...hour, name: t("reports.hour_from", { hour: Number(hour.name) }) }));
  const times = shownClasses(report.times, t);
  const decided = times.reduce((sum, time) => sum + time.count, 0);
  const outcomes = outcomesOf(report);
  return (
    <div className={styles.grid}>
      <div className={styles.wide}>
        <Figure
          title={t("reports.by_day")}
          columns={[t("reports.day"), t("reports.messages"), t("reports.held")]}
          rows={days.map((day) => ({ name: day.name, numbers: [day.messages, day.held] }))}
          chart={<VolumeChart title={t("reports.by_day")} points={days} />}
        />
      </div>
      <Figure
        title={t("reports.outcome")}
        columns={[t("reports.outcome"), t("reports.count"), t("reports.share")]}
        rows={
          report.held
            ? (["released", "discarded", "expired", "denied", "waiting"] as const).map((name) => ({
                name: t(`reports.${name}`),
                numbers: [outcomes[name], share(outcomes[name], report.held)],
              }))
            : []
        }
        chart={<OutcomeChart title={t("reports.outcome")} outcomes={outcomes} />}
      />
      <Figure
        title={t("reports.times")}
        columns={[t("reports.time"), t("reports.count"), t("reports.share")]}
        rows={decided ? times.map((time) => ({ name: time.name, numbers: [time.count, share(time.count, decided)] })) : []}
        chart={<ClassesChart title={t("reports.times")} points={times} />}
      />
      <Names heading="reasons" column="reason" tallies={report.reasons} />
      <Names heading="rules" column="rule" tallies={report.rules} />
      <Figure
        title={t("reports.by_hour")}
        columns={[t("reports.hour"), t("reports.messages"), t("reports.held")]}
        rows={hours.map((hour) => ({ name: hour.name, numbers: [hour.messages, hour.held] }))}
        chart={<VolumeChart title={t("reports.by_hour")} points={hours} />}
      />
      <Figure
        title={t("reports.senders")}
        columns={[t("reports.sender"), t("reports.messages"), t("reports.held"), t("reports.share")]}
        rows={report.senders.map((one) => ({ name: one.sender, numbers: [one.messages, one.held, share(one.held, one.messages)] }))}
        chart={
          <NamesChart
            title={t("reports.senders")}
            points={report.senders.map((one) => ({ name: one.sender, count: one.messages }))}
          />
        }
      />
      <Names heading="deciders" column="decider" tallies={report.deciders} />
      <Names heading="approvals" column="approval" tallies={report.approvals.map((one) => ({ ...one, title: answerText(one.name, t) }))} />
    </div>
  );
}

function answerText(name: string, t: ReturnType<typeof useText>): string {
  return name === "open" || name === "approved" || name === "denied" ? t(`reports.approval.${name}`) : name;
}

interface NamesProps {
  readonly heading: "reasons" | "rules" | "deciders" | "approvals";
  readonly column: "reason" | "rule" | "decider" | "approval";
  readonly tallies: Report["reasons"];
}

function Names({ heading, column, tallies }: NamesProps) {
  const t = useText();
  const title = t(`reports.${heading}`);
  const points = tallies.map((tally) => ({ name: tally.title || tally.name, count: tally.count }));
  return (
    <Figure
      title={title}
      columns={[t(`reports.${column}`), t("reports.count")]}
      rows={points.map((point) => ({ name: point.name, numbers: [point.count] }))}
      chart={<NamesChart title={title} points={points} />}
    />
  );
}
