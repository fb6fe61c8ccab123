/** The charts of the report, in one module, since their library is large and comes after the figures. */
import {
  DonutChart,
  HorizontalBarChart,
  HorizontalBarChartVariant,
  ResponsiveContainer,
  VerticalBarChart,
  VerticalStackedBarChart,
} from "@fluentui/react-charts";
import { makeStyles, tokens } from "@fluentui/react-components";

import { useAppearance } from "../../app/theme";
import { useLanguage, useText } from "../../text/language";
import type { Outcomes } from "./report";

const HEIGHT = 280;
const MARGINS = { left: 48, right: 12, top: 12, bottom: 36 };
/** With room for a number on the highest bar. */
const LABELLED = { ...MARGINS, top: 28 };
/** The longest bar leaves room for its number. */
const LONGEST = 1.2;

const useStyles = makeStyles({
  chart: { width: "100%", minWidth: 0, color: tokens.colorNeutralForeground1, "& svg": { display: "block" } },
  bars: { maxHeight: "28rem", overflowY: "auto", paddingInlineEnd: tokens.spacingHorizontalS },
});

/** Held mail stands out, the rest is quiet; each has at least 3:1 to its ground (WCAG 1.4.11). */
const LIGHT = {
  held: "#0f6cbd",
  other: "#8a8886",
  released: "#107c10",
  discarded: "#c50f1f",
  expired: "#da3b01",
  denied: "#8764b8",
  waiting: "#8a8886",
} as const;
const DARK: Readonly<Record<keyof typeof LIGHT, string>> = {
  held: "#479ef5",
  other: "#8a8a8a",
  released: "#54b054",
  discarded: "#dc626d",
  expired: "#faa06b",
  denied: "#b292dc",
  waiting: "#8a8a8a",
};

function useColours(): Readonly<Record<keyof typeof LIGHT, string>> {
  return useAppearance().dark ? DARK : LIGHT;
}

export interface VolumePoint {
  readonly name: string;
  readonly messages: number;
  readonly held: number;
}

/** Messages in a row of times, those that were held set apart. */
export function VolumeChart({ title, points }: { readonly title: string; readonly points: readonly VolumePoint[] }) {
  const t = useText();
  const { language } = useLanguage();
  const styles = useStyles();
  const colours = useColours();
  const [held, other] = [t("reports.held"), t("reports.not_held")];
  return (
    <div className={styles.chart}>
      <ResponsiveContainer height={HEIGHT}>
        <VerticalStackedBarChart
          chartTitle={title}
          culture={language}
          height={HEIGHT}
          margins={MARGINS}
          hideLabels
          hideTickOverlap
          roundCorners
          legendProps={{ enabledWrapLines: true }}
          barWidth="auto"
          maxBarWidth={24}
          xAxisInnerPadding={0.25}
          data={points.map((point) => ({
            xAxisPoint: point.name,
            xAxisCalloutData: point.name,
            chartData: [
              { legend: other, data: point.messages - point.held, color: colours.other },
              { legend: held, data: point.held, color: colours.held },
            ],
          }))}
        />
      </ResponsiveContainer>
    </div>
  );
}

export interface CountPoint {
  readonly name: string;
  readonly count: number;
}

/** Classes of a length of time, with how often each occurred. */
export function ClassesChart({ title, points }: { readonly title: string; readonly points: readonly CountPoint[] }) {
  const { language } = useLanguage();
  const styles = useStyles();
  const { held } = useColours();
  return (
    <div className={styles.chart}>
      <ResponsiveContainer height={HEIGHT}>
        <VerticalBarChart
          chartTitle={title}
          culture={language}
          height={HEIGHT}
          margins={LABELLED}
          hideLegend
          roundCorners
          hideTickOverlap
          useSingleColor
          colors={[held]}
          barWidth="auto"
          maxBarWidth={40}
          xAxisInnerPadding={0.3}
          data={points.map((point) => ({ x: point.name, y: point.count, legend: point.name, color: held }))}
        />
      </ResponsiveContainer>
    </div>
  );
}

/** Names with how often each occurred, the most frequent first; of each, a part may be set apart. */
export function NamesChart({ title, points }: { readonly title: string; readonly points: readonly CountPoint[] }) {
  const { language } = useLanguage();
  const styles = useStyles();
  const { held } = useColours();
  const most = Math.max(...points.map((point) => point.count));
  return (
    // A scrolling region must be reachable by keyboard (WCAG 2.1.1).
    // eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex
    <div className={styles.bars} role="group" aria-label={title} tabIndex={0}>
      <HorizontalBarChart
        culture={language}
        variant={HorizontalBarChartVariant.AbsoluteScale}
        barHeight={10}
        data={points.map((point) => ({
          chartTitle: point.name,
          chartData: [{ legend: point.name, horizontalBarChartdata: { x: point.count, total: most * LONGEST }, color: held }],
        }))}
      />
    </div>
  );
}


/** What became of held mail, as parts of a whole. */
export function OutcomeChart({ title, outcomes }: { readonly title: string; readonly outcomes: Outcomes }) {
  const t = useText();
  const { language } = useLanguage();
  const styles = useStyles();
  const colours = useColours();
  const names = ["released", "discarded", "expired", "denied", "waiting"] as const;
  const total = names.reduce((sum, name) => sum + outcomes[name], 0);
  return (
    <div className={styles.chart} role="group" aria-label={title}>
      <ResponsiveContainer height={HEIGHT}>
        <DonutChart
          culture={language}
          height={HEIGHT}
          innerRadius={64}
          hideLabels
          legendProps={{ enabledWrapLines: true }}
          valueInsideDonut={total.toLocaleString(language)}
          data={{
            chartData: names
              .filter((name) => outcomes[name] > 0)
              .map((name) => ({ legend: t(`reports.${name}`), data: outcomes[name], color: colours[name] })),
          }}
        />
      </ResponsiveContainer>
    </div>
  );
}
