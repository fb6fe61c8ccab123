/** Several messages at once: the reasons of each to tick, one last question, and what became of each. */
import {
  Button,
  Dialog,
  DialogActions,
  DialogBody,
  DialogContent,
  DialogSurface,
  DialogTitle,
  makeStyles,
  Spinner,
  Text,
  tokens,
} from "@fluentui/react-components";
import { useMutation, useQueries } from "@tanstack/react-query";
import { useState } from "react";

import { bodyOf } from "../../api/client";
import type { components } from "../../api/schema.gen";
import { useApi } from "../../app/api_context";
import { ProblemView } from "../../components/problem_view";
import { useLanguage, useText } from "../../text/language";
import { BulkMessage } from "./bulk_message";
import { BulkResults } from "./bulk_results";
import type { ListRow } from "./keep_row";
import { loadMessage, messageKey } from "./message_queries";

export type BulkOutcome = components["schemas"]["DecisionResult"];

const useStyles = makeStyles({
  surface: { maxWidth: "46rem", width: "calc(100vw - 2rem)", boxSizing: "border-box" },
  content: { display: "flex", flexDirection: "column", gap: tokens.spacingVerticalM, overflowX: "hidden" },
  list: { display: "flex", flexDirection: "column", gap: tokens.spacingVerticalM, listStyleType: "none", margin: "0", padding: "0" },
});

interface Props {
  readonly open: boolean;
  readonly verb: "release" | "discard";
  readonly rows: readonly ListRow[];
  /** `decided` tells whether anything may have changed. */
  readonly onClose: (decided: boolean) => void;
}

export default function BulkDialog({ open, verb, rows, onClose }: Props) {
  const t = useText();
  const api = useApi();
  const styles = useStyles();
  const { language } = useLanguage();
  // What was asked for, whatever becomes of the list behind the dialog.
  const [asked] = useState(rows);
  const [ticked, setTicked] = useState<Readonly<Record<string, ReadonlySet<number>>>>({});
  const release = verb === "release";
  const views = useQueries({
    queries: asked.map(({ message }) => ({
      queryKey: messageKey(message.ref.queue_id, language),
      queryFn: ({ signal }: { readonly signal: AbortSignal }) => loadMessage(api, message.ref.queue_id, signal),
      enabled: release,
    })),
  });
  const loading = release && views.some((view) => view.isPending);
  const failed = views.find((view) => view.error)?.error;
  const left = release
    ? views.reduce(
        (sum, { data }) => sum + (data?.reasons.filter(({ number }) => !ticked[data.queue_id]?.has(number)).length ?? 0),
        0,
      )
    : 0;
  const decide = useMutation({
    mutationFn: async () => {
      const messages = asked.map(({ message: { ref } }, index) => ({
        queue_id: ref.queue_id,
        acknowledged: [...(ticked[ref.queue_id] ?? [])],
        shown: views[index]?.data?.shown ?? "",
      }));
      return bodyOf(await api.POST("/api/v1/decisions", { body: { verb, messages } })).results;
    },
  });
  const count = asked.length;
  const close = () => {
    onClose(decide.isSuccess || decide.isError);
  };
  return (
    <Dialog
      open={open}
      modalType="alert"
      onOpenChange={(_, data) => {
        if (!data.open && !decide.isPending) close();
      }}
    >
      <DialogSurface className={styles.surface}>
        <DialogBody>
          <DialogTitle>{decide.data ? t("mail.bulk_result_title") : t(`mail.bulk.${verb}.title`, { count })}</DialogTitle>
          <DialogContent className={styles.content}>
            {decide.data ? (
              <BulkResults verb={verb} rows={asked} results={decide.data} />
            ) : (
              <>
                <Text>{t(`mail.bulk.${verb}.lead`)}</Text>
                {decide.error ? <ProblemView error={decide.error} /> : null}
                {failed ? <ProblemView error={failed} /> : null}
                {loading ? <Spinner label={t("common.loading")} /> : null}
                <ul className={styles.list}>
                  {asked.map((row, index) => (
                    <BulkMessage
                      key={row.message.ref.queue_id}
                      row={row}
                      view={release ? views[index]?.data : undefined}
                      ticked={ticked[row.message.ref.queue_id] ?? NONE}
                      onTick={(number, on) => {
                        setTicked((before) => toggled(before, row.message.ref.queue_id, number, on));
                      }}
                    />
                  ))}
                </ul>
              </>
            )}
          </DialogContent>
          <DialogActions fluid>
            {decide.data ? (
              <Button appearance="primary" onClick={close}>
                {t("common.close")}
              </Button>
            ) : (
              <>
                <Text role="status" size={200} style={{ alignSelf: "center" }}>
                  {left > 0 && !loading ? t("mail.bulk_left", { count: left }) : null}
                </Text>
                <Button disabledFocusable={decide.isPending} onClick={close}>
                  {t("common.cancel")}
                </Button>
                <Button
                  appearance="primary"
                  disabledFocusable={decide.isPending || loading || Boolean(failed) || left > 0}
                  onClick={() => {
                    decide.mutate();
                  }}
                >
                  {decide.isPending ? t("mail.bulk_working") : t(`mail.bulk.${verb}.do`, { count })}
                </Button>
              </>
            )}
          </DialogActions>
        </DialogBody>
      </DialogSurface>
    </Dialog>
  );
}

const NONE: ReadonlySet<number> = new Set();

function toggled(
  before: Readonly<Record<string, ReadonlySet<number>>>,
  id: string,
  number: number,
  on: boolean,
): Readonly<Record<string, ReadonlySet<number>>> {
  const next = new Set(before[id]);
  if (on) next.add(number);
  else next.delete(number);
  return { ...before, [id]: next };
}
