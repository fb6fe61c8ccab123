/** Who changed these settings and when; two versions compared; an older one brought back. */
import { Button, Checkbox, Field, Input, makeStyles, Spinner, Text, tokens } from "@fluentui/react-components";
import { ArrowUndoRegular, BranchCompareRegular } from "@fluentui/react-icons";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useSearchParams } from "react-router";

import { bodyOf } from "../../../api/client";
import type { components } from "../../../api/schema.gen";
import { useApi } from "../../../app/api_context";
import { ConfirmDialog } from "../../../components/confirm_dialog";
import { DataList } from "../../../components/data_list";
import { Moment } from "../../../components/moment";
import { usePaged } from "../../../components/paged";
import { ProblemView } from "../../../components/problem_view";
import { Section } from "../../../components/section";
import { useText } from "../../../text/language";
import { Differences } from "../draft/differences";
import { useEditor } from "../draft/editor_context";
import { compareVersions } from "../draft/load";
import { usePartStyles } from "./part_styles";

type Version = components["schemas"]["SettingsVersion"];

const useStyles = makeStyles({
  row: { display: "flex", flexWrap: "wrap", alignItems: "center", gap: tokens.spacingHorizontalM, minWidth: 0 },
  about: { flexGrow: 1, minWidth: "12rem", display: "flex", flexDirection: "column", overflowWrap: "anywhere" },
});

/** The chosen versions stand in the address, older one first. */
function useCompared(): readonly [readonly number[], (next: readonly number[]) => void] {
  const [parameters, setParameters] = useSearchParams();
  const chosen = (parameters.get("compare") ?? "").split("-").filter(Boolean).map(Number);
  return [
    chosen,
    (next) => {
      setParameters(
        (before) => {
          const after = new URLSearchParams(before);
          if (next.length > 0) after.set("compare", next.join("-"));
          else after.delete("compare");
          return after;
        },
        { replace: true },
      );
    },
  ];
}

export default function HistoryPart() {
  const t = useText();
  const api = useApi();
  const styles = usePartStyles();
  const { scope, version, readOnly } = useEditor();
  const [chosen, choose] = useCompared();
  const [restoring, setRestoring] = useState<Version | null>(null);
  const loaded = usePaged(["settings", scope, "history"], async (after, signal) => {
    const query = { scope, ...(after ? { before: Number(after) } : {}) };
    const page = bodyOf(await api.GET("/api/v1/settings/history", { params: { query }, signal }));
    return { rows: page.versions, after: page.before > 0 ? page.before.toString() : "" };
  });
  const [old, next] = [...chosen].sort((one, other) => one - other);
  return (
    <>
      <Section title={t("settings.part.history")}>
        <Text className={styles.muted}>{t("settings.history.lead")}</Text>
        <DataList
          loaded={loaded}
          name={t("settings.history.versions")}
          keyOf={(row) => row.version.toString()}
          emptyTitle={t("settings.history.none")}
        >
          {(row) => (
            <VersionRow
              row={row}
              present={row.version === version}
              chosen={chosen.includes(row.version)}
              canRestore={!readOnly && row.version !== version}
              onChoose={(wanted) => {
                choose(wanted ? [...chosen, row.version].slice(-2) : chosen.filter((one) => one !== row.version));
              }}
              onRestore={() => {
                setRestoring(row);
              }}
            />
          )}
        </DataList>
      </Section>
      {old !== undefined && next !== undefined ? <Comparison old={old} next={next} /> : null}
      {restoring ? (
        <Restoration
          version={restoring}
          onClose={() => {
            setRestoring(null);
          }}
        />
      ) : null}
    </>
  );
}

interface RowProps {
  readonly row: Version;
  readonly present: boolean;
  readonly chosen: boolean;
  readonly canRestore: boolean;
  readonly onChoose: (wanted: boolean) => void;
  readonly onRestore: () => void;
}

function VersionRow({ row, present, chosen, canRestore, onChoose, onRestore }: RowProps) {
  const t = useText();
  const styles = useStyles();
  const shared = usePartStyles();
  const title = t("settings.history.version", { version: row.version });
  return (
    <div className={styles.row}>
      <Checkbox
        aria-label={t("settings.history.choose", { version: row.version })}
        checked={chosen}
        onChange={(_, data) => {
          onChoose(data.checked === true);
        }}
      />
      <span className={styles.about}>
        <Text weight="semibold">
          {title}
          {present ? ` · ${t("settings.history.present")}` : ""}
        </Text>
        <Text size={200} className={shared.muted}>
          {row.author} <Moment at={row.at} />
        </Text>
        {row.restored > 0 ? <Text size={200}>{t("settings.history.restored", { version: row.restored })}</Text> : null}
        {row.comment ? <Text>{row.comment}</Text> : null}
      </span>
      {canRestore ? (
        <Button size="small" icon={<ArrowUndoRegular />} aria-label={t("settings.history.restore_of", { version: row.version })} onClick={onRestore}>
          {t("settings.history.restore")}
        </Button>
      ) : null}
    </div>
  );
}

function Comparison({ old, next }: { readonly old: number; readonly next: number }) {
  const t = useText();
  const api = useApi();
  const { scope } = useEditor();
  const title = t("settings.history.comparison", { old, next });
  const compared = useQuery({
    queryKey: ["settings", scope, "comparison", old, next],
    queryFn: ({ signal }) => compareVersions(api, scope, old, next, signal),
  });
  return (
    <Section title={title} actions={<BranchCompareRegular aria-hidden />}>
      {compared.isPending ? <Spinner label={t("common.loading")} /> : null}
      {compared.error ? <ProblemView error={compared.error} onRetry={() => void compared.refetch()} /> : null}
      {compared.data ? <Differences differences={compared.data} name={title} /> : null}
    </Section>
  );
}

function Restoration({ version, onClose }: { readonly version: Version; readonly onClose: () => void }) {
  const t = useText();
  const api = useApi();
  const queries = useQueryClient();
  const styles = usePartStyles();
  const { scope, version: present } = useEditor();
  const [comment, setComment] = useState("");
  const restoring = useMutation({
    mutationFn: async () =>
      bodyOf(
        await api.POST("/api/v1/settings/restoration", {
          params: { query: { scope }, header: { "If-Match": `"${present.toString()}"` } },
          body: { version: version.version, comment },
        }),
      ),
    onSuccess: () => {
      void queries.invalidateQueries({ queryKey: ["settings"] });
      void queries.invalidateQueries({ queryKey: ["profile"] });
      onClose();
    },
  });
  return (
    <ConfirmDialog
      open
      title={t("settings.history.restore_of", { version: version.version })}
      action={t("settings.history.restore")}
      busy={restoring.isPending}
      onCancel={onClose}
      onConfirm={() => {
        restoring.mutate();
      }}
    >
      <div className={styles.stack}>
        <Text>{t("settings.history.restore_text")}</Text>
        <Field label={t("settings.comment")}>
          <Input
            value={comment}
            maxLength={500}
            onChange={(_, data) => {
              setComment(data.value);
            }}
          />
        </Field>
        {restoring.error ? <ProblemView error={restoring.error} /> : null}
      </div>
    </ConfirmDialog>
  );
}
