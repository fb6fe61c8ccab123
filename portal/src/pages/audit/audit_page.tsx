/** The audit log: a search by time, kind and person; the same as a file. */
import { Body1, Button, Caption1 } from "@fluentui/react-components";
import { ArrowDownloadRegular } from "@fluentui/react-icons";
import { useQuery } from "@tanstack/react-query";

import { bodyOf } from "../../api/client";
import { useApi } from "../../app/api_context";
import { DataList } from "../../components/data_list";
import { FilterForm } from "../../components/filter_form";
import { useFilters } from "../../components/filters";
import { PageFrame } from "../../components/page_frame";
import { PageLink } from "../../components/page_link";
import { usePaged } from "../../components/paged";
import { ProblemView } from "../../components/problem_view";
import { useSaveFile } from "../../components/save_file";
import { useLanguage, useText } from "../../text/language";
import { AuditLine, type Line } from "./audit_line";

const FILTERS = ["since", "until", "code", "person"] as const;

export default function AuditPage() {
  const t = useText();
  const api = useApi();
  const { language } = useLanguage();
  const filters = useFilters(FILTERS);
  const file = useSaveFile("audit.csv");
  const kinds = useQuery({
    queryKey: ["audit", "codes", language],
    queryFn: async ({ signal }) => bodyOf(await api.GET("/api/v1/audit/codes", { signal })).codes,
    staleTime: Infinity,
  });
  const { code, ...rest } = filters.values;
  const asked = { ...rest, ...(code ? { code: code as Line["code"] } : {}) };
  const loaded = usePaged(["audit", asked, language], async (after, signal) =>
    bodyOf(await api.GET("/api/v1/audit", { params: { query: { ...asked, after } }, signal })),
  );
  return (
    <PageFrame
      title={t("audit.title")}
      actions={
        <Button
          icon={<ArrowDownloadRegular />}
          disabled={file.isSaving || loaded.rows.length === 0}
          onClick={() => {
            file.save(() => api.GET("/api/v1/audit/export", { params: { query: asked }, parseAs: "blob" }));
          }}
        >
          {t("common.export_csv")}
        </Button>
      }
    >
      <Body1>
        {t("audit.lead")} <PageLink to="/audit/deletions">{t("audit.deleted.link")}</PageLink>
      </Body1>
      {file.error ? <ProblemView error={file.error} /> : null}
      <FilterForm
        name={t("audit.form")}
        filters={filters}
        fields={[
          { name: "since", label: t("audit.since"), type: "date" },
          { name: "until", label: t("audit.until"), type: "date" },
          {
            name: "code",
            label: t("audit.code"),
            choices: [["", t("audit.any_code")], ...(kinds.data ?? []).map((kind) => [kind.code, kind.title] as const)],
          },
          { name: "person", label: t("audit.person"), hint: t("tracking.part_hint") },
        ]}
      />
      <Caption1>{t("audit.default_days")}</Caption1>
      <DataList
        loaded={loaded}
        name={t("audit.title")}
        keyOf={(line) => `${line.at} ${line.code} ${line.actor.name} ${line.queue_id} ${line.text}`}
        rowHeight={60}
        emptyTitle={t("audit.empty_title")}
        emptyText={t("audit.empty_text")}
      >
        {(line) => <AuditLine line={line} />}
      </DataList>
    </PageFrame>
  );
}
