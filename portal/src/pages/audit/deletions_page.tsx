/** What retention has deleted, record by record with its proof, and what stays because of a legal hold or for another reason. */
import { Body1, Button, MessageBar, MessageBarBody, Spinner, Text } from "@fluentui/react-components";
import { ArrowDownloadRegular } from "@fluentui/react-icons";
import { useQuery } from "@tanstack/react-query";

import { bodyOf } from "../../api/client";
import { useApi } from "../../app/api_context";
import { DataList } from "../../components/data_list";
import { Facts } from "../../components/facts";
import { Moment } from "../../components/moment";
import { PageFrame } from "../../components/page_frame";
import { usePaged } from "../../components/paged";
import { ProblemView } from "../../components/problem_view";
import { useSaveFile } from "../../components/save_file";
import { Section } from "../../components/section";
import { useText } from "../../text/language";
import { DeletionLine } from "./deletion_line";

export default function DeletionsPage() {
  const t = useText();
  const api = useApi();
  const file = useSaveFile("deletions.json");
  const standing = useQuery({
    queryKey: ["deletions", "standing"],
    queryFn: async ({ signal }) => bodyOf(await api.GET("/api/v1/retention/deletions", { signal })),
  });
  const kept = useQuery({
    queryKey: ["deletions", "kept"],
    queryFn: async ({ signal }) => bodyOf(await api.GET("/api/v1/retention/kept", { signal })).rows,
  });
  const loaded = usePaged(["deletions", "records"], async (after, signal) =>
    bodyOf(await api.GET("/api/v1/retention/deletions", { params: { query: { after } }, signal })),
  );
  const days = (number: number) => (number ? t("audit.deleted.days", { days: number }) : t("audit.deleted.for_ever"));
  const through = (at: string | null) => (at ? <Moment at={at} /> : t("audit.deleted.not_yet"));
  return (
    <PageFrame
      title={t("audit.deleted.title")}
      actions={
        <Button
          icon={<ArrowDownloadRegular />}
          disabled={file.isSaving}
          onClick={() => {
            file.save(() => api.GET("/api/v1/retention/deletions/export", { parseAs: "blob" }));
          }}
        >
          {t("audit.deleted.export")}
        </Button>
      }
    >
      <Body1>{t("audit.deleted.lead")}</Body1>
      {file.error ? <ProblemView error={file.error} /> : null}
      {standing.data && !standing.data.intact ? (
        <MessageBar intent="error" layout="multiline">
          <MessageBarBody>{t("audit.deleted.broken", { number: standing.data.broken_at })}</MessageBarBody>
        </MessageBar>
      ) : null}
      {standing.data ? (
        <Section title={t("audit.deleted.rule")}>
          <Facts
            facts={[
              [t("audit.deleted.what.content"), days(standing.data.body_days)],
              [t("audit.deleted.what.record"), days(standing.data.metadata_days)],
              [t("audit.deleted.what.audit"), days(standing.data.audit_days)],
              [t("audit.deleted.content_through"), through(standing.data.content_through)],
              [t("audit.deleted.record_through"), through(standing.data.record_through)],
            ]}
          />
        </Section>
      ) : null}
      <Section title={t("audit.deleted.kept")}>
        {kept.isPending ? <Spinner size="small" label={t("common.loading")} /> : null}
        {kept.error ? <ProblemView error={kept.error} onRetry={() => void kept.refetch()} /> : null}
        {kept.data?.length === 0 ? <Text>{t("audit.deleted.none_kept")}</Text> : null}
        <Facts
          facts={(kept.data ?? []).map((one) => [
            `${t(`audit.deleted.what.${one.what}`)}: ${t(`audit.deleted.why.${one.kept}`)}${one.hold ? ` (${one.hold})` : ""}`,
            t(one.more ? "audit.deleted.more" : "audit.deleted.messages", { count: one.messages }),
          ])}
        />
      </Section>
      <DataList
        loaded={loaded}
        name={t("audit.deleted.title")}
        keyOf={(record) => String(record.number)}
        rowHeight={72}
        emptyTitle={t("audit.deleted.empty_title")}
        emptyText={t("audit.deleted.empty_text")}
      >
        {(record) => <DeletionLine record={record} />}
      </DataList>
    </PageFrame>
  );
}
