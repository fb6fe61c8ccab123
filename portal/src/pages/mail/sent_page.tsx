/** Delivery history: what the reader, and people whose proxy they are, sent, and what became of it. */
import { Button, Text } from "@fluentui/react-components";
import { ArrowClockwiseRegular } from "@fluentui/react-icons";
import { useMemo } from "react";

import { bodyOf } from "../../api/client";
import { useApi } from "../../app/api_context";
import { DataList } from "../../components/data_list";
import { FAR, useFiltered } from "../../components/filtered";
import { useFilters } from "../../components/filters";
import { actorText } from "../../components/mail/actor_text";
import { MessageLine } from "../../components/mail/message_line";
import { MESSAGE_STATES } from "../../components/mail/state_badge";
import { PageFrame } from "../../components/page_frame";
import { usePaged } from "../../components/paged";
import type { TextKey } from "../../text/catalogue";
import { useText } from "../../text/language";
import { keepRow, type ListRow } from "./keep_row";
import { LIST_FILTERS, ListFilters } from "./list_filters";

export default function SentPage() {
  const t = useText();
  const api = useApi();
  const filters = useFilters(LIST_FILTERS);
  const { q, state, whose } = filters.values;
  const all = usePaged(["sent"], async (after, signal) =>
    bodyOf(await api.GET("/api/v1/messages/sent", { params: { query: { after, limit: 100 } }, signal })),
  );
  const keep = useMemo(() => keepRow({ text: q, state, whose }, ({ message }) => message.state), [q, state, whose]);
  const loaded = useFiltered(all, keep);
  const empty = keep
    ? {
        title: t("mail.filtered_empty_title"),
        text: loaded.far ? t("mail.filtered_far_text", { count: FAR }) : t("mail.filtered_empty_text"),
      }
    : { title: t("mail.sent_empty_title"), text: t("mail.sent_empty_text") };
  return (
    <PageFrame
      title={t("mail.sent_title")}
      actions={
        <Button icon={<ArrowClockwiseRegular />} onClick={loaded.reload}>
          {t("common.refresh")}
        </Button>
      }
    >
      <Text>{t("mail.sent_lead")}</Text>
      <ListFilters
        filters={filters}
        stateLabel={t("mail.state_label")}
        anyState={t("mail.state_all")}
        states={MESSAGE_STATES.map((value) => ({ value, text: t(`mail.state.${value}`) }))}
      />
      <DataList
        loaded={loaded}
        name={t("mail.sent_title")}
        keyOf={({ message }) => message.ref.queue_id}
        rowHeight={88}
        emptyTitle={empty.title}
        emptyText={empty.text}
      >
        {(row) => (
          <MessageLine row={row.message} actingFor={row.acting_for}>
            <Decided row={row} />
          </MessageLine>
        )}
      </DataList>
    </PageFrame>
  );
}

const VERBS: readonly string[] = ["release", "discard", "expire", "deny"];

/** Who decided, where somebody did. */
function Decided({ row: { message } }: { readonly row: ListRow }) {
  const t = useText();
  if (!message.decided_by || message.decided_by.role === "system" || !VERBS.includes(message.verb)) return null;
  const verb = t(`mail.done.${message.verb}` as TextKey);
  return <span>{t("mail.row_by", { verb, who: actorText(message.decided_by, t) })}</span>;
}
