/** What waits: the reader's own mail and that of people whose proxy they are; several can be decided at once. */
import { Button, Checkbox, makeStyles, Text, tokens } from "@fluentui/react-components";
import { ArrowClockwiseRegular } from "@fluentui/react-icons";
import { useQueryClient } from "@tanstack/react-query";
import { lazy, Suspense, useMemo, useState } from "react";

import { bodyOf } from "../../api/client";
import { useApi } from "../../app/api_context";
import { DataList } from "../../components/data_list";
import { FAR, useFiltered } from "../../components/filtered";
import { useFilters } from "../../components/filters";
import { useLingering } from "../../components/lingering";
import { MessageLine } from "../../components/mail/message_line";
import { Moment } from "../../components/moment";
import { PageFrame } from "../../components/page_frame";
import { usePaged } from "../../components/paged";
import { useText } from "../../text/language";
import { BulkBar, MOST } from "./bulk_bar";
import { keepRow, type ListRow } from "./keep_row";
import { LIST_FILTERS, ListFilters } from "./list_filters";
import { forgetLists } from "./message_queries";

const BulkDialog = lazy(() => import("./bulk_dialog"));

const STATES = ["held", "delayed", "awaiting-approval"] as const;

const useStyles = makeStyles({
  row: { display: "flex", alignItems: "flex-start", gap: tokens.spacingHorizontalXS, minWidth: 0 },
  tick: { marginTop: "-0.35rem", flexShrink: 0 },
  space: { width: "2rem", flexShrink: 0 },
});

type Verb = "release" | "discard";

export default function HeldPage() {
  const t = useText();
  const api = useApi();
  const queries = useQueryClient();
  const filters = useFilters(LIST_FILTERS);
  const [selected, setSelected] = useState<ReadonlySet<string>>(new Set());
  const [asking, setAsking] = useState<Verb>("release");
  const [open, setOpen] = useState(false);
  const dialogThere = useLingering(open);
  const { q, state, whose } = filters.values;
  const all = usePaged(["held"], async (after, signal) =>
    bodyOf(await api.GET("/api/v1/messages/held", { params: { query: { after, limit: 100 } }, signal })),
  );
  const keep = useMemo(() => keepRow({ text: q, state, whose }, ({ message }) => message.state), [q, state, whose]);
  const loaded = useFiltered(all, keep);
  const chosen = useMemo(
    () => all.rows.filter((row) => selected.has(row.message.ref.queue_id) && decidable(row)),
    [all.rows, selected],
  );
  const pick = (ids: readonly string[], on: boolean) => {
    const next = new Set(chosen.map((row) => row.message.ref.queue_id));
    for (const id of ids) {
      if (!on) next.delete(id);
      else if (next.size < MOST) next.add(id);
    }
    setSelected(next);
  };
  const ask = (verb: Verb) => {
    setAsking(verb);
    setOpen(true);
  };
  const empty = keep
    ? {
        title: t("mail.filtered_empty_title"),
        text: loaded.far ? t("mail.filtered_far_text", { count: FAR }) : t("mail.filtered_empty_text"),
      }
    : { title: t("mail.held_empty_title"), text: t("mail.held_empty_text") };
  return (
    <PageFrame
      title={t("mail.held_title")}
      actions={
        <Button icon={<ArrowClockwiseRegular />} onClick={loaded.reload}>
          {t("common.refresh")}
        </Button>
      }
    >
      <Text>{t("mail.held_lead")}</Text>
      <ListFilters
        filters={filters}
        stateLabel={t("mail.state_label")}
        anyState={t("mail.state_all")}
        states={STATES.map((value) => ({ value, text: t(`mail.state.${value}`) }))}
      />
      {all.rows.length > 0 ? (
        <BulkBar shown={loaded.rows.filter(decidable)} chosen={chosen} onPick={pick} onAsk={ask} />
      ) : null}
      <DataList
        loaded={loaded}
        name={t("mail.held_title")}
        keyOf={({ message }) => message.ref.queue_id}
        rowHeight={88}
        emptyTitle={empty.title}
        emptyText={empty.text}
      >
        {(row) => <HeldRow row={row} on={selected.has(row.message.ref.queue_id)} onPick={pick} />}
      </DataList>
      {dialogThere ? (
        <Suspense>
          <BulkDialog
            open={open}
            verb={asking}
            rows={chosen}
            onClose={(decided) => {
              setOpen(false);
              if (!decided) return;
              setSelected(new Set());
              forgetLists(queries);
            }}
          />
        </Suspense>
      ) : null}
    </PageFrame>
  );
}

function decidable({ message }: ListRow): boolean {
  return message.state === "held" || message.state === "delayed";
}

interface RowProps {
  readonly row: ListRow;
  readonly on: boolean;
  readonly onPick: (ids: readonly string[], on: boolean) => void;
}

function HeldRow({ row, on, onPick }: RowProps) {
  const t = useText();
  const styles = useStyles();
  const { message } = row;
  const subject = message.subject || t("mail.subject_blank");
  return (
    <div className={styles.row}>
      {decidable(row) ? (
        <Checkbox
          className={styles.tick}
          aria-label={t("mail.select_one", { subject })}
          checked={on}
          onChange={(_, data) => {
            onPick([message.ref.queue_id], data.checked === true);
          }}
        />
      ) : (
        <span className={styles.space} />
      )}
      <MessageLine row={message} actingFor={row.acting_for}>
        {message.due_at && message.state !== "awaiting-approval" ? (
          <span>
            {t(message.state === "delayed" ? "mail.row_goes" : "mail.row_due")} <Moment at={message.due_at} />
          </span>
        ) : null}
      </MessageLine>
    </div>
  );
}
