/** Recent traffic judged again by a draft, compared with what was decided then. */
import { Body1, Button, Field, makeStyles, Select, Spinner, tokens } from "@fluentui/react-components";
import { useMutation } from "@tanstack/react-query";
import { useState } from "react";

import { bodyOf } from "../../api/client";
import { useApi } from "../../app/api_context";
import { EmptyState } from "../../components/empty_state";
import { ProblemView } from "../../components/problem_view";
import { useText } from "../../text/language";
import { ReplayResultView } from "./replay_result";
import type { Draft } from "./use_draft";

const DAYS = [1, 7, 30, 90] as const;
/** As many as the API takes. */
const MOST_MESSAGES = 20_000;

const useStyles = makeStyles({
  frame: { display: "flex", flexDirection: "column", gap: tokens.spacingVerticalL },
  form: { display: "flex", flexWrap: "wrap", alignItems: "end", gap: tokens.spacingHorizontalM },
});

export function ReplayTab({ draft }: { readonly draft: Draft }) {
  const t = useText();
  const api = useApi();
  const styles = useStyles();
  const [days, setDays] = useState(7);
  const replay = useMutation({
    mutationFn: async () =>
      bodyOf(await api.POST("/api/v1/try/replay", { body: { draft: draft.document, days, limit: MOST_MESSAGES } })),
  });
  const found = replay.data;
  return (
    <div className={styles.frame}>
      <Body1>{t("dryRun.replay_lead")}</Body1>
      <div className={styles.form}>
        <Field label={t("dryRun.days")}>
          <Select
            value={days.toString()}
            onChange={(_, data) => {
              setDays(Number(data.value));
            }}
          >
            {DAYS.map((count) => (
              <option key={count} value={count}>
                {count === 1 ? t("dryRun.last_day") : t("dryRun.last_days", { count })}
              </option>
            ))}
          </Select>
        </Field>
        <Button
          appearance="primary"
          disabled={replay.isPending || !draft.isReady}
          onClick={() => {
            replay.mutate();
          }}
        >
          {t("dryRun.replay")}
        </Button>
      </div>
      {replay.isPending ? <Spinner label={t("dryRun.replaying")} /> : null}
      {replay.error ? <ProblemView error={replay.error} /> : null}
      {found && found.figures.read === 0 ? (
        <EmptyState title={t("dryRun.replay_none_title")} text={t("dryRun.replay_none_text")} />
      ) : null}
      {found && found.figures.read > 0 ? <ReplayResultView replay={found} /> : null}
    </div>
  );
}
