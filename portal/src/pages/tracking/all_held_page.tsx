/** Everything that waits for a decision in the reader's reach. */
import { Body1 } from "@fluentui/react-components";

import { bodyOf } from "../../api/client";
import { useApi } from "../../app/api_context";
import { DataList } from "../../components/data_list";
import { FilterForm } from "../../components/filter_form";
import { useFilters } from "../../components/filters";
import { PageFrame } from "../../components/page_frame";
import { usePaged } from "../../components/paged";
import { useText } from "../../text/language";
import { TrackedLine } from "./tracked_line";

const FILTERS = ["sender", "subject"] as const;

export default function AllHeldPage() {
  const t = useText();
  const api = useApi();
  const filters = useFilters(FILTERS);
  const asked = filters.values;
  const loaded = usePaged(["tracking", "held", asked], async (after, signal) =>
    bodyOf(await api.GET("/api/v1/tracking/held", { params: { query: { ...asked, after } }, signal })),
  );
  const found = filters.count > 0;
  return (
    <PageFrame title={t("tracking.held_title")}>
      <Body1>{t("tracking.held_lead")}</Body1>
      <FilterForm
        name={t("tracking.held_form")}
        filters={filters}
        fields={[
          { name: "sender", label: t("tracking.sender"), hint: t("tracking.part_hint") },
          { name: "subject", label: t("tracking.subject"), hint: t("tracking.part_hint") },
        ]}
      />
      <DataList
        loaded={loaded}
        name={t("tracking.held_title")}
        keyOf={(row) => row.ref.queue_id}
        rowHeight={92}
        emptyTitle={found ? t("tracking.none_title") : t("tracking.held_empty_title")}
        emptyText={found ? t("tracking.none_text") : t("tracking.held_empty_text")}
      >
        {(row) => <TrackedLine row={row} />}
      </DataList>
    </PageFrame>
  );
}
