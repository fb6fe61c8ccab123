/** History of encrypted attachments: which messages had some, and how their password notices stand. */
import { Button, Text } from "@fluentui/react-components";
import { ArrowClockwiseRegular } from "@fluentui/react-icons";
import { useMemo } from "react";

import { bodyOf } from "../../api/client";
import { useApi } from "../../app/api_context";
import { DataList } from "../../components/data_list";
import { FAR, useFiltered } from "../../components/filtered";
import { useFilters } from "../../components/filters";
import { MessageLine } from "../../components/mail/message_line";
import { NOTICE_STATES, NoticeBadge } from "../../components/mail/notice_badge";
import { PageFrame } from "../../components/page_frame";
import { usePaged } from "../../components/paged";
import { useText } from "../../text/language";
import { keepRow } from "../mail/keep_row";
import { LIST_FILTERS, ListFilters } from "../mail/list_filters";

export default function PasswordsPage() {
  const t = useText();
  const api = useApi();
  const filters = useFilters(LIST_FILTERS);
  const { q, state, whose } = filters.values;
  const all = usePaged(["passwords"], async (after, signal) =>
    bodyOf(await api.GET("/api/v1/passwords", { params: { query: { after, limit: 50 } }, signal })),
  );
  const keep = useMemo(
    () => keepRow({ text: q, state, whose }, ({ message }) => message.password ?? ""),
    [q, state, whose],
  );
  const loaded = useFiltered(all, keep);
  const empty = keep
    ? {
        title: t("passwords.filtered_empty_title"),
        text: loaded.far ? t("mail.filtered_far_text", { count: FAR }) : t("passwords.filtered_empty_text"),
      }
    : { title: t("passwords.empty_title"), text: t("passwords.empty_text") };
  return (
    <PageFrame
      title={t("passwords.title")}
      actions={
        <Button icon={<ArrowClockwiseRegular />} onClick={loaded.reload}>
          {t("common.refresh")}
        </Button>
      }
    >
      <Text>{t("passwords.lead")}</Text>
      <ListFilters
        filters={filters}
        stateLabel={t("passwords.state_label")}
        anyState={t("passwords.state_all")}
        states={NOTICE_STATES.map((value) => ({ value, text: t(`passwords.state.${value}`) }))}
      />
      <DataList
        loaded={loaded}
        name={t("passwords.title")}
        keyOf={({ message }) => message.ref.queue_id}
        rowHeight={88}
        emptyTitle={empty.title}
        emptyText={empty.text}
      >
        {({ message, acting_for }) => (
          <MessageLine
            row={message}
            actingFor={acting_for}
            hash="passwords"
            badge={message.password ? <NoticeBadge state={message.password} /> : null}
          />
        )}
      </DataList>
    </PageFrame>
  );
}
