/** Message tracking: any message of the reader's reach by time, people, subject and state; the same as a file. */
import { Body1, Button, Caption1 } from "@fluentui/react-components";
import { ArrowDownloadRegular } from "@fluentui/react-icons";

import { bodyOf } from "../../api/client";
import { useApi } from "../../app/api_context";
import { DataList } from "../../components/data_list";
import { FilterForm } from "../../components/filter_form";
import { useFilters } from "../../components/filters";
import { MESSAGE_STATES, type MessageState } from "../../components/mail/state_badge";
import { PageFrame } from "../../components/page_frame";
import { usePaged } from "../../components/paged";
import { ProblemView } from "../../components/problem_view";
import { useSaveFile } from "../../components/save_file";
import { useText } from "../../text/language";
import { TrackedLine } from "./tracked_line";

const FILTERS = ["since", "until", "sender", "recipient", "subject", "state", "queue_id"] as const;

function isState(text: string): text is MessageState {
  return (MESSAGE_STATES as readonly string[]).includes(text);
}

export default function TrackingPage() {
  const t = useText();
  const api = useApi();
  const filters = useFilters(FILTERS);
  const file = useSaveFile("messages.csv");
  const { state, ...rest } = filters.values;
  const asked = { ...rest, ...(isState(state) ? { state } : {}) };
  const loaded = usePaged(["tracking", "messages", asked], async (after, signal) =>
    bodyOf(await api.GET("/api/v1/tracking/messages", { params: { query: { ...asked, after } }, signal })),
  );
  return (
    <PageFrame
      title={t("tracking.title")}
      actions={
        <Button
          icon={<ArrowDownloadRegular />}
          disabled={file.isSaving || loaded.rows.length === 0}
          onClick={() => {
            file.save(() => api.GET("/api/v1/tracking/export", { params: { query: asked }, parseAs: "blob" }));
          }}
        >
          {t("common.export_csv")}
        </Button>
      }
    >
      <Body1>{t("tracking.lead")}</Body1>
      {file.error ? <ProblemView error={file.error} /> : null}
      <FilterForm
        name={t("tracking.form")}
        filters={filters}
        fields={[
          { name: "since", label: t("tracking.since"), type: "date" },
          { name: "until", label: t("tracking.until"), type: "date" },
          { name: "sender", label: t("tracking.sender"), hint: t("tracking.part_hint") },
          { name: "recipient", label: t("tracking.recipient"), hint: t("tracking.part_hint") },
          { name: "subject", label: t("tracking.subject"), hint: t("tracking.part_hint") },
          {
            name: "state",
            label: t("tracking.state"),
            choices: [["", t("tracking.any_state")], ...MESSAGE_STATES.map((one) => [one, t(`mail.state.${one}`)] as const)],
          },
          { name: "queue_id", label: t("tracking.queue_id") },
        ]}
      />
      <Caption1>{t("tracking.default_days")}</Caption1>
      <DataList
        loaded={loaded}
        name={t("tracking.title")}
        keyOf={(row) => row.ref.queue_id}
        rowHeight={92}
        emptyTitle={t("tracking.none_title")}
        emptyText={t("tracking.none_text")}
      >
        {(row) => <TrackedLine row={row} />}
      </DataList>
    </PageFrame>
  );
}
