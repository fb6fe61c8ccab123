/** What recent traffic would have become by the draft: totals, differences with examples, and by whom and what. */
import { Body1, makeStyles, MessageBar, MessageBarBody, tokens } from "@fluentui/react-components";

import type { components } from "../../api/schema.gen";
import { Section } from "../../components/section";
import type { TextKey } from "../../text/catalogue";
import { useLanguage, useText } from "../../text/language";
import { FigureTable } from "../reports/figure_table";
import { Tiles } from "../reports/tiles";
import { DifferenceList } from "./difference_list";

type Replay = components["schemas"]["Replay"];

const useStyles = makeStyles({
  frame: { display: "flex", flexDirection: "column", gap: tokens.spacingVerticalL },
  grid: {
    display: "grid",
    gap: tokens.spacingHorizontalL,
    gridTemplateColumns: "repeat(auto-fit, minmax(min(100%, 24rem), 1fr))",
    alignItems: "start",
  },
});

interface Count {
  readonly before: number;
  readonly after: number;
}

/** One row for each rule or policy, though it may give several reasons; what is built in shows among the fates. */
function byRule(rows: Replay["figures"]["causes"]): Replay["figures"]["causes"] {
  const found = new Map<string, (typeof rows)[number]>();
  for (const row of rows) {
    const known = found.get(row.id);
    if (row.id && (!known || row.count.before + row.count.after > known.count.before + known.count.after)) found.set(row.id, row);
  }
  return [...found.values()];
}

export function ReplayResultView({ replay }: { readonly replay: Replay }) {
  const t = useText();
  const { language } = useLanguage();
  const styles = useStyles();
  const { figures } = replay;
  const number = (count: number) => count.toLocaleString(language);
  const signed = ({ before, after }: Count) => (after - before).toLocaleString(language, { signDisplay: "exceptZero" });
  const change = (count: Count) => [count.before, count.after, signed(count)];
  const columns = (first: TextKey) => [t(first), t("dryRun.before"), t("dryRun.after"), t("dryRun.change")];
  const held = figures.fates.find((row) => row.fate === "hold")?.count ?? { before: 0, after: 0 };
  const causes = byRule(figures.causes);
  return (
    <div className={styles.frame}>
      {replay.cut ? (
        <MessageBar intent="warning">
          <MessageBarBody>
            {t("dryRun.cut", { when: new Date(figures.last ?? replay.until).toLocaleString(language, { dateStyle: "medium", timeStyle: "short" }) })}
          </MessageBarBody>
        </MessageBar>
      ) : null}
      <Tiles
        tiles={[
          { name: t("dryRun.read"), value: number(figures.read) },
          { name: t("dryRun.held_before"), value: number(held.before) },
          { name: t("dryRun.held_after"), value: number(held.after), note: signed(held) },
          { name: t("dryRun.same"), value: number(figures.same) },
          {
            name: t("dryRun.unknown"),
            value: number(figures.unknown),
            ...(figures.unknown ? { note: t("dryRun.unknown_note", { held: figures.unknown_held }) } : {}),
          },
        ]}
      />
      <Section title={t("dryRun.differences")}>
        {figures.differences.length > 0 ? <DifferenceList rows={figures.differences} /> : <Body1>{t("dryRun.no_differences")}</Body1>}
      </Section>
      <div className={styles.grid}>
        <Section title={t("dryRun.fates")}>
          <FigureTable
            title={t("dryRun.fates")}
            language={language}
            columns={columns("dryRun.fate")}
            rows={figures.fates.map((row) => ({ name: t(`dryRun.fate.${row.fate}`), numbers: change(row.count) }))}
          />
        </Section>
        <Section title={t("dryRun.questions")}>
          <FigureTable
            title={t("dryRun.questions")}
            language={language}
            columns={columns("dryRun.questions")}
            rows={[
              { name: t("dryRun.persons"), numbers: change(figures.questions.persons) },
              { name: t("dryRun.most_in_an_hour"), numbers: change(figures.questions.most_in_an_hour) },
            ]}
          />
        </Section>
        {causes.length > 0 ? (
          <Section title={t("dryRun.causes")}>
            <FigureTable
              title={t("dryRun.causes")}
              language={language}
              columns={columns("dryRun.cause")}
              rows={causes.map((row) => ({ name: row.name || row.id || row.code, key: `${row.code} ${row.id}`, numbers: change(row.count) }))}
            />
          </Section>
        ) : null}
        {figures.senders.length > 0 ? (
          <Section title={t("dryRun.senders")}>
            <FigureTable
              title={t("dryRun.senders")}
              language={language}
              columns={columns("dryRun.sender_column")}
              rows={figures.senders.map((row) => ({ name: row.address || "<>", numbers: change(row.held) }))}
            />
          </Section>
        ) : null}
        {figures.gaps.length > 0 ? (
          <Section title={t("dryRun.gaps")}>
            <FigureTable
              title={t("dryRun.gaps")}
              language={language}
              columns={[t("dryRun.gap"), t("dryRun.count")]}
              rows={figures.gaps.map((row) => ({ name: t(`dryRun.gap.${row.gap}`), numbers: [row.count] }))}
            />
          </Section>
        ) : null}
      </div>
    </div>
  );
}
