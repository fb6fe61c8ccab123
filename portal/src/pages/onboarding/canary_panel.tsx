/** Starts a canary and follows it: what to do, how far it has come, and the time of each place on its way. */
import { Button, Field, Input, makeStyles, MessageBar, MessageBarBody, Spinner, Text, tokens } from "@fluentui/react-components";
import { SendRegular } from "@fluentui/react-icons";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect, useState } from "react";

import { bodyOf } from "../../api/client";
import { useApi, useMe } from "../../app/api_context";
import { Moment } from "../../components/moment";
import { PageLink } from "../../components/page_link";
import { ProblemView } from "../../components/problem_view";
import { useLanguage, useText } from "../../text/language";
import { CopyButton } from "./copy_button";
import { Hops } from "./hops";
import type { CanaryView } from "./use_onboarding";

/** Milliseconds between looks while a canary is under way. */
const EVERY = 2_000;
const UNDER_WAY: readonly CanaryView["state"][] = ["waiting", "on-its-way", "held"];
const INTENT = {
  waiting: "info",
  "on-its-way": "info",
  held: "warning",
  delivered: "success",
  failed: "error",
  expired: "error",
} as const satisfies Record<CanaryView["state"], string>;

const useStyles = makeStyles({
  frame: { display: "flex", flexDirection: "column", gap: tokens.spacingVerticalM },
  ways: {
    display: "grid",
    gap: tokens.spacingHorizontalL,
    gridTemplateColumns: "repeat(auto-fit, minmax(min(100%, 18rem), 1fr))",
    alignItems: "start",
  },
  way: { display: "flex", flexDirection: "column", gap: tokens.spacingVerticalS, alignItems: "start" },
  field: { width: "100%" },
  token: { overflowWrap: "anywhere", fontFamily: tokens.fontFamilyMonospace },
  row: { display: "flex", flexWrap: "wrap", alignItems: "center", gap: tokens.spacingHorizontalS },
});

export function CanaryPanel({ latest, onEnd }: { readonly latest: CanaryView | null; readonly onEnd: () => void }) {
  const t = useText();
  const api = useApi();
  const me = useMe();
  const queries = useQueryClient();
  const { language } = useLanguage();
  const styles = useStyles();
  const [recipient, setRecipient] = useState(me.address);
  const [id, setId] = useState(latest?.id ?? "");
  const starting = useMutation({
    mutationFn: async (way: CanaryView["way"]) =>
      bodyOf(await api.POST("/api/v1/onboarding/canaries", { body: { way, recipient: way === "inside" ? recipient.trim() : "" } })),
    onSuccess: (made) => {
      queries.setQueryData(["onboarding-canary", made.id], made);
      setId(made.id);
    },
  });
  const looking = useQuery({
    queryKey: ["onboarding-canary", id],
    queryFn: async ({ signal }) =>
      bodyOf(await api.GET("/api/v1/onboarding/canaries/{canary_id}", { params: { path: { canary_id: id } }, signal })),
    enabled: id !== "",
    refetchInterval: (query) => (query.state.data && UNDER_WAY.includes(query.state.data.state) ? EVERY : false),
  });
  const canary = looking.data ?? null;
  const state = canary?.state;
  useEffect(() => {
    if (state && !(state === "waiting" || state === "on-its-way")) onEnd();
    // Only when the state becomes another one.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [state]);
  const first = canary?.hops[0];
  const last = canary?.hops.at(-1);
  const seconds = first && last ? Math.max(0, (Date.parse(last.at) - Date.parse(first.at)) / 1000) : 0;
  return (
    <div className={styles.frame}>
      <div className={styles.ways}>
        <div className={styles.way}>
          <Text>{t("onboarding.canary_inside_text")}</Text>
          <Field className={styles.field} label={t("onboarding.canary_recipient")}>
            <Input
              type="email"
              value={recipient}
              maxLength={320}
              onChange={(_, data) => {
                setRecipient(data.value);
              }}
            />
          </Field>
          <Button
            icon={<SendRegular />}
            disabled={starting.isPending}
            onClick={() => {
              starting.mutate("inside");
            }}
          >
            {t("onboarding.canary_inside")}
          </Button>
        </div>
        <div className={styles.way}>
          <Text>{t("onboarding.canary_outside_text")}</Text>
          <Button
            disabled={starting.isPending}
            onClick={() => {
              starting.mutate("outside");
            }}
          >
            {t("onboarding.canary_outside")}
          </Button>
        </div>
      </div>
      {starting.error ? <ProblemView error={starting.error} /> : null}
      {looking.error ? <ProblemView error={looking.error} onRetry={() => void looking.refetch()} /> : null}
      {canary?.way === "outside" && canary.state === "waiting" ? (
        <div className={styles.way}>
          <Text>
            {t("onboarding.canary_do", { until: new Date(canary.ends_at).toLocaleTimeString(language, { timeStyle: "short" }) })}
          </Text>
          <div className={styles.row}>
            <code className={styles.token}>{canary.token}</code>
            <CopyButton value={canary.token} what={t("onboarding.canary_subject")} />
          </div>
        </div>
      ) : null}
      {canary ? (
        <>
          <MessageBar intent={INTENT[canary.state]} layout="multiline" role="status">
            <MessageBarBody>
              {canary.state === "waiting" || canary.state === "on-its-way" ? <Spinner size="extra-tiny" aria-hidden /> : null}{" "}
              {t(`onboarding.canary.${canary.state}`, { seconds: seconds.toLocaleString(language, { maximumFractionDigits: 1 }) })}{" "}
              <Moment at={canary.started_at} />
            </MessageBarBody>
          </MessageBar>
          {canary.queue_id && canary.hops.length > 0 ? (
            <>
              <Hops hops={canary.hops} />
              <PageLink to={`/messages/${canary.queue_id}`}>{t("onboarding.canary_message")}</PageLink>
            </>
          ) : null}
        </>
      ) : null}
    </div>
  );
}
