/** Work that kept failing and was parked: what it was, and trying it again. */
import {
  Body1,
  Button,
  Caption1,
  Checkbox,
  makeStyles,
  MessageBar,
  MessageBarBody,
  Spinner,
  Tab,
  TabList,
  Table,
  TableBody,
  TableCell,
  TableHeader,
  TableHeaderCell,
  TableRow,
  tokens,
} from "@fluentui/react-components";
import { ArrowRepeatAllRegular } from "@fluentui/react-icons";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";

import { bodyOf } from "../../api/client";
import type { components } from "../../api/schema.gen";
import { useApi } from "../../app/api_context";
import { ConfirmDialog } from "../../components/confirm_dialog";
import { EmptyState } from "../../components/empty_state";
import { useFilters } from "../../components/filters";
import { Moment } from "../../components/moment";
import { PageFrame } from "../../components/page_frame";
import { ProblemView } from "../../components/problem_view";
import { useText } from "../../text/language";

type ParkedItem = components["schemas"]["ParkedItem"];

const QUEUES = ["deliver", "notify", "evaluate"] as const;
const FILTERS = ["queue"] as const;

const useStyles = makeStyles({
  frame: {
    overflow: "auto",
    border: `1px solid ${tokens.colorNeutralStroke2}`,
    borderRadius: tokens.borderRadiusMedium,
    backgroundColor: tokens.colorNeutralBackground1,
  },
  table: { minWidth: "44rem" },
  tick: { width: "3rem" },
  cell: { overflowWrap: "anywhere" },
});

export default function PoisonPage() {
  const t = useText();
  const api = useApi();
  const queries = useQueryClient();
  const filters = useFilters(FILTERS);
  const queue = QUEUES.find((one) => one === filters.values.queue) ?? "deliver";
  const [ticked, setTicked] = useState<ReadonlySet<string>>(new Set());
  const [asking, setAsking] = useState(false);
  const [askingAll, setAskingAll] = useState(false);
  const parked = useQuery({
    queryKey: ["parked", queue],
    queryFn: async ({ signal }) => bodyOf(await api.GET("/api/v1/operator/poison", { params: { query: { queue } }, signal })),
  });
  const retrying = useMutation({
    mutationFn: async (ids: string[]) => bodyOf(await api.POST("/api/v1/operator/poison/retry", { body: { queue, ids } })).ids,
    onSuccess: async () => {
      setTicked(new Set());
      await queries.invalidateQueries({ queryKey: ["parked"] });
    },
  });
  const retryingAll = useMutation({
    mutationFn: async () => {
      let count = 0;
      for (;;) {
        const done = bodyOf(await api.POST("/api/v1/operator/poison/retry-all", { body: { queue } })).retried;
        if (done === 0) return count;
        count += done;
      }
    },
    onSettled: () => queries.invalidateQueries({ queryKey: ["parked"] }),
  });
  const items = parked.data?.items ?? [];
  const count = (name: string) => parked.data?.queues.find((one) => one.queue === name)?.parked ?? 0;
  const chosen = items.map((item) => item.id).filter((id) => ticked.has(id));
  return (
    <PageFrame
      title={t("operator.poison")}
      actions={
        <>
          <Button
            disabled={items.length === 0 || retryingAll.isPending}
            onClick={() => {
              setAskingAll(true);
            }}
          >
            {t("operator.retry_all")}
          </Button>
          <Button
            appearance="primary"
            icon={<ArrowRepeatAllRegular />}
            disabled={chosen.length === 0 || retrying.isPending}
            onClick={() => {
              setAsking(true);
            }}
          >
            {t("operator.retry", { count: chosen.length })}
          </Button>
        </>
      }
    >
      <Body1>{t("operator.poison_lead")}</Body1>
      <TabList
        aria-label={t("operator.poison_queue")}
        selectedValue={queue}
        onTabSelect={(_, data) => {
          setTicked(new Set());
          filters.set({ queue: data.value === "deliver" ? "" : String(data.value) });
        }}
      >
        {QUEUES.map((one) => (
          <Tab key={one} value={one}>
            {`${t(`operator.queue.${one}`)} (${count(one).toString()})`}
          </Tab>
        ))}
      </TabList>
      {retrying.error ? <ProblemView error={retrying.error} /> : null}
      {retryingAll.error ? <ProblemView error={retryingAll.error} /> : null}
      {retrying.data ? <Retried count={retrying.data.length} /> : null}
      {retryingAll.data === undefined ? null : <Retried count={retryingAll.data} />}
      {parked.isPending ? <Spinner label={t("common.loading")} /> : null}
      {parked.error ? <ProblemView error={parked.error} onRetry={() => void parked.refetch()} /> : null}
      {parked.data && items.length === 0 ? (
        <EmptyState title={t("operator.poison_empty_title")} text={t("operator.poison_empty_text")} />
      ) : null}
      {items.length > 0 ? <Items items={items} ticked={ticked} onTick={setTicked} /> : null}
      {count(queue) > items.length && items.length > 0 ? (
        <Caption1>{t("operator.poison_more", { shown: items.length, count: count(queue) })}</Caption1>
      ) : null}
      <ConfirmDialog
        open={asking}
        title={t("operator.retry_title", { count: chosen.length })}
        action={t("operator.retry", { count: chosen.length })}
        onCancel={() => {
          setAsking(false);
        }}
        onConfirm={() => {
          setAsking(false);
          retrying.mutate(chosen);
        }}
      >
        {t("operator.retry_text")}
      </ConfirmDialog>
      <ConfirmDialog
        open={askingAll}
        title={t("operator.retry_all_title")}
        action={t("operator.retry_all")}
        onCancel={() => {
          setAskingAll(false);
        }}
        onConfirm={() => {
          setAskingAll(false);
          retryingAll.mutate();
        }}
      >
        {t("operator.retry_text")}
      </ConfirmDialog>
    </PageFrame>
  );
}

function Retried({ count }: { readonly count: number }) {
  const t = useText();
  return (
    <MessageBar intent="success" role="status">
      <MessageBarBody>{t("operator.retried", { count })}</MessageBarBody>
    </MessageBar>
  );
}

interface ItemsProps {
  readonly items: readonly ParkedItem[];
  readonly ticked: ReadonlySet<string>;
  readonly onTick: (ticked: ReadonlySet<string>) => void;
}

function Items({ items, ticked, onTick }: ItemsProps) {
  const t = useText();
  const styles = useStyles();
  const all = items.every((item) => ticked.has(item.id));
  function toggle(id: string) {
    const next = new Set(ticked);
    if (!next.delete(id)) next.add(id);
    onTick(next);
  }
  return (
    // A scrolling region must be reachable by keyboard (WCAG 2.1.1).
    // eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex
    <div className={styles.frame} role="region" aria-label={t("operator.poison")} tabIndex={0}>
      <Table className={styles.table} aria-label={t("operator.poison")}>
        <TableHeader>
          <TableRow>
            <TableHeaderCell className={styles.tick}>
              <Checkbox
                checked={all}
                aria-label={t("operator.select_all")}
                onChange={() => {
                  onTick(new Set(all ? [] : items.map((item) => item.id)));
                }}
              />
            </TableHeaderCell>
            <TableHeaderCell>{t("operator.work")}</TableHeaderCell>
            <TableHeaderCell>{t("operator.tenant")}</TableHeaderCell>
            <TableHeaderCell>{t("tracking.queue_id")}</TableHeaderCell>
            <TableHeaderCell>{t("operator.parked_at")}</TableHeaderCell>
          </TableRow>
        </TableHeader>
        <TableBody>
          {items.map((item) => (
            <TableRow key={item.id}>
              <TableCell className={styles.tick}>
                <Checkbox
                  checked={ticked.has(item.id)}
                  aria-label={t("operator.select", { id: item.ref?.queue_id ?? item.id })}
                  onChange={() => {
                    toggle(item.id);
                  }}
                />
              </TableCell>
              <TableCell className={styles.cell}>{item.kind || t("operator.unreadable")}</TableCell>
              <TableCell className={styles.cell}>{item.ref?.tenant_id}</TableCell>
              <TableCell className={styles.cell}>{item.ref?.queue_id}</TableCell>
              <TableCell>
                <Moment at={item.parked_at} />
              </TableCell>
            </TableRow>
          ))}
        </TableBody>
      </Table>
    </div>
  );
}
