/** Messages that do not move on: where they stand, what next hops said last, and another try. Nothing of their content. */
import {
  Body1,
  Button,
  Checkbox,
  makeStyles,
  MessageBar,
  MessageBarBody,
  Spinner,
  Table,
  TableBody,
  TableCell,
  TableHeader,
  TableHeaderCell,
  TableRow,
  tokens,
} from "@fluentui/react-components";
import { ArrowDownloadRegular, ArrowRepeatAllRegular } from "@fluentui/react-icons";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";

import { bodyOf } from "../../api/client";
import type { components } from "../../api/schema.gen";
import { useApi } from "../../app/api_context";
import { ConfirmDialog } from "../../components/confirm_dialog";
import { EmptyState } from "../../components/empty_state";
import { Moment } from "../../components/moment";
import { PageFrame } from "../../components/page_frame";
import { usePaged } from "../../components/paged";
import { ProblemView } from "../../components/problem_view";
import { useSaveFile } from "../../components/save_file";
import { useText } from "../../text/language";

type StuckMessage = components["schemas"]["StuckMessage"];

/** What one request tries again. */
const AT_ONCE = 100;

const useStyles = makeStyles({
  frame: {
    overflow: "auto",
    border: `1px solid ${tokens.colorNeutralStroke2}`,
    borderRadius: tokens.borderRadiusMedium,
    backgroundColor: tokens.colorNeutralBackground1,
  },
  table: { minWidth: "60rem" },
  tick: { width: "3rem" },
  number: { width: "5rem" },
  cell: { overflowWrap: "anywhere" },
});

function nameOf(row: StuckMessage): string {
  return `${row.ref.tenant_id}/${row.ref.queue_id}`;
}

export default function StuckPage() {
  const t = useText();
  const api = useApi();
  const queries = useQueryClient();
  const file = useSaveFile("stuck.csv");
  const [ticked, setTicked] = useState<ReadonlySet<string>>(new Set());
  const [asking, setAsking] = useState<"" | "some" | "all">("");
  const loaded = usePaged<StuckMessage>(["stuck"], async (after, signal) =>
    bodyOf(await api.GET("/api/v1/operator/stuck", { params: { query: { after, limit: AT_ONCE } }, signal })),
  );
  const chosen = loaded.rows.filter((row) => ticked.has(nameOf(row)));
  const retrying = useMutation({
    mutationFn: async (all: boolean) => {
      let count = 0;
      if (!all) {
        const messages = chosen.slice(0, AT_ONCE).map((row) => row.ref);
        return bodyOf(await api.POST("/api/v1/operator/stuck/retry", { body: { messages } })).messages.length;
      }
      let after = "";
      do {
        const done = bodyOf(await api.POST("/api/v1/operator/stuck/retry-all", { body: { after } }));
        count += done.retried;
        after = done.after;
      } while (after);
      return count;
    },
    onSettled: async () => {
      setTicked(new Set());
      await queries.invalidateQueries({ queryKey: ["stuck"] });
    },
  });
  return (
    <PageFrame
      title={t("operator.stuck")}
      actions={
        <>
          <Button
            icon={<ArrowDownloadRegular />}
            disabled={file.isSaving}
            onClick={() => {
              file.save(() => api.GET("/api/v1/operator/stuck/export", { parseAs: "blob" }));
            }}
          >
            {t("operator.stuck_file")}
          </Button>
          <Button
            disabled={loaded.rows.length === 0 || retrying.isPending}
            onClick={() => {
              setAsking("all");
            }}
          >
            {t("operator.retry_all")}
          </Button>
          <Button
            appearance="primary"
            icon={<ArrowRepeatAllRegular />}
            disabled={chosen.length === 0 || retrying.isPending}
            onClick={() => {
              setAsking("some");
            }}
          >
            {t("operator.retry", { count: chosen.length })}
          </Button>
        </>
      }
    >
      <Body1>{t("operator.stuck_lead")}</Body1>
      {retrying.error ? <ProblemView error={retrying.error} /> : null}
      {file.error ? <ProblemView error={file.error} /> : null}
      {retrying.data === undefined ? null : (
        <MessageBar intent="success" role="status">
          <MessageBarBody>{t("operator.stuck_retried", { count: retrying.data })}</MessageBarBody>
        </MessageBar>
      )}
      {loaded.isLoading ? <Spinner label={t("common.loading")} /> : null}
      {loaded.error ? <ProblemView error={loaded.error} onRetry={loaded.reload} /> : null}
      {!loaded.isLoading && !loaded.error && loaded.rows.length === 0 && !loaded.hasMore ? (
        <EmptyState title={t("operator.stuck_empty_title")} text={t("operator.stuck_empty_text")} />
      ) : null}
      {loaded.rows.length > 0 ? <Rows rows={loaded.rows} ticked={ticked} onTick={setTicked} /> : null}
      {loaded.hasMore ? (
        <Button disabled={loaded.isLoadingMore} onClick={loaded.loadMore}>
          {t("operator.stuck_more")}
        </Button>
      ) : null}
      <ConfirmDialog
        open={asking !== ""}
        title={asking === "all" ? t("operator.retry_all_title") : t("operator.retry_title", { count: chosen.length })}
        action={asking === "all" ? t("operator.retry_all") : t("operator.retry", { count: chosen.length })}
        onCancel={() => {
          setAsking("");
        }}
        onConfirm={() => {
          retrying.mutate(asking === "all");
          setAsking("");
        }}
      >
        {t("operator.stuck_retry_text")}
      </ConfirmDialog>
    </PageFrame>
  );
}

interface RowsProps {
  readonly rows: readonly StuckMessage[];
  readonly ticked: ReadonlySet<string>;
  readonly onTick: (ticked: ReadonlySet<string>) => void;
}

function Rows({ rows, ticked, onTick }: RowsProps) {
  const t = useText();
  const styles = useStyles();
  const all = rows.every((row) => ticked.has(nameOf(row)));
  function toggle(name: string) {
    const next = new Set(ticked);
    if (!next.delete(name)) next.add(name);
    onTick(next);
  }
  return (
    // A scrolling region must be reachable by keyboard (WCAG 2.1.1).
    // eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex
    <div className={styles.frame} role="region" aria-label={t("operator.stuck")} tabIndex={0}>
      <Table className={styles.table} aria-label={t("operator.stuck")}>
        <TableHeader>
          <TableRow>
            <TableHeaderCell className={styles.tick}>
              <Checkbox
                checked={all}
                aria-label={t("operator.select_all")}
                onChange={() => {
                  onTick(new Set(all ? [] : rows.map(nameOf)));
                }}
              />
            </TableHeaderCell>
            <TableHeaderCell>{t("operator.stuck_kind")}</TableHeaderCell>
            <TableHeaderCell>{t("operator.tenant")}</TableHeaderCell>
            <TableHeaderCell>{t("tracking.queue_id")}</TableHeaderCell>
            <TableHeaderCell>{t("operator.stuck_since")}</TableHeaderCell>
            <TableHeaderCell className={styles.number}>{t("operator.stuck_attempts")}</TableHeaderCell>
            <TableHeaderCell>{t("operator.stuck_answer")}</TableHeaderCell>
            <TableHeaderCell>{t("operator.stuck_next")}</TableHeaderCell>
          </TableRow>
        </TableHeader>
        <TableBody>
          {rows.map((row) => (
            <TableRow key={nameOf(row)}>
              <TableCell className={styles.tick}>
                <Checkbox
                  checked={ticked.has(nameOf(row))}
                  aria-label={t("operator.select", { id: row.ref.queue_id })}
                  onChange={() => {
                    toggle(nameOf(row));
                  }}
                />
              </TableCell>
              <TableCell>{t(`operator.stuck_kind.${row.kind}`)}</TableCell>
              <TableCell className={styles.cell}>{row.ref.tenant_id}</TableCell>
              <TableCell className={styles.cell}>{row.ref.queue_id}</TableCell>
              <TableCell>
                <Moment at={row.since} />
              </TableCell>
              <TableCell className={styles.number}>{row.attempts}</TableCell>
              <TableCell className={styles.cell}>{[row.code || "", row.status, row.server].filter(Boolean).join(" ")}</TableCell>
              <TableCell>{row.next_try ? <Moment at={row.next_try} /> : null}</TableCell>
            </TableRow>
          ))}
        </TableBody>
      </Table>
    </div>
  );
}
