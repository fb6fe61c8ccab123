/** How the service is: every part that mail depends on, the queues, and how far behind the search for lost mail is. */
import { Button, makeStyles, MessageBar, MessageBarBody, Spinner, tokens } from "@fluentui/react-components";
import { ArrowClockwiseRegular, CheckmarkCircleFilled, DismissCircleFilled } from "@fluentui/react-icons";
import { useQuery } from "@tanstack/react-query";

import { bodyOf } from "../../api/client";
import type { components } from "../../api/schema.gen";
import { useApi } from "../../app/api_context";
import { Facts } from "../../components/facts";
import { Moment } from "../../components/moment";
import { PageFrame } from "../../components/page_frame";
import { PageLink } from "../../components/page_link";
import { ProblemView } from "../../components/problem_view";
import { Section } from "../../components/section";
import type { TextKey } from "../../text/catalogue";
import { useLanguage, useText } from "../../text/language";
import { operator } from "../../text/operator";
import { FigureTable } from "../reports/figure_table";
import { durationText } from "../reports/durations";

type ServiceHealth = components["schemas"]["ServiceHealth"];

/** Milliseconds between looks while the page is open. */
const EVERY = 60_000;

const useStyles = makeStyles({
  grid: {
    display: "grid",
    gap: tokens.spacingHorizontalL,
    gridTemplateColumns: "repeat(auto-fit, minmax(min(100%, 22rem), 1fr))",
    alignItems: "start",
  },
  state: { display: "inline-flex", alignItems: "center", gap: tokens.spacingHorizontalXS },
  good: { color: tokens.colorStatusSuccessForeground1 },
  bad: { color: tokens.colorStatusDangerForeground1 },
});

export default function HealthPage() {
  const t = useText();
  const api = useApi();
  const health = useQuery({
    queryKey: ["health"],
    queryFn: async ({ signal }) => bodyOf(await api.GET("/api/v1/operator/health", { signal })),
    refetchInterval: EVERY,
  });
  return (
    <PageFrame
      title={t("operator.health")}
      actions={
        <Button icon={<ArrowClockwiseRegular />} disabled={health.isFetching} onClick={() => void health.refetch()}>
          {t("common.refresh")}
        </Button>
      }
    >
      {health.isPending ? <Spinner label={t("common.loading")} /> : null}
      {health.error ? <ProblemView error={health.error} onRetry={() => void health.refetch()} /> : null}
      {health.data ? <Shown health={health.data} /> : null}
    </PageFrame>
  );
}

function Shown({ health }: { readonly health: ServiceHealth }) {
  const t = useText();
  const { language } = useLanguage();
  const styles = useStyles();
  const word = (key: string, otherwise: string) => (key in operator.en ? t(`operator.${key}` as TextKey) : otherwise);
  return (
    <>
      <MessageBar intent={health.healthy ? "success" : "error"} role="status">
        <MessageBarBody>{health.healthy ? t("operator.healthy") : t("operator.unhealthy")}</MessageBarBody>
      </MessageBar>
      <div className={styles.grid}>
        <Section title={t("operator.parts")}>
          <Facts
            facts={[
              ...health.parts.map(
                (part) =>
                  [
                    word(`part.${part.part}`, part.part),
                    <span key={part.part} className={styles.state}>
                      {part.ok ? <CheckmarkCircleFilled className={styles.good} aria-hidden /> : <DismissCircleFilled className={styles.bad} aria-hidden />}
                      {part.ok ? t("operator.ok") : t("operator.failed")}
                    </span>,
                  ] as const,
              ),
              [t("operator.checked_at"), <Moment key="checked" at={health.checked_at} />] as const,
            ]}
          />
        </Section>
        <Section title={t("operator.queues")} actions={<PageLink to="/operator/poison">{t("operator.poison")}</PageLink>}>
          <FigureTable
            title={t("operator.queues")}
            language={language}
            columns={[t("operator.queue"), t("operator.waiting"), t("operator.parked")]}
            rows={health.queues.map((queue) => ({
              name: word(`queue.${queue.queue}`, queue.queue),
              numbers: [queue.waiting, queue.parked],
            }))}
          />
        </Section>
        <Section title={t("operator.sweep")}>
          <Facts
            facts={[
              [t("operator.swept_to"), health.swept_to ? <Moment at={health.swept_to} /> : t("operator.unknown")],
              [t("operator.not_judged"), health.waiting?.toLocaleString(language) ?? t("operator.unknown")],
              [
                t("operator.oldest"),
                health.oldest_waiting_seconds === null ? "" : durationText(health.oldest_waiting_seconds, t),
              ],
            ]}
          />
        </Section>
      </div>
    </>
  );
}
