/** Settings as files: export as CSV or JSON; import all or nothing, after a look at what it would change. */
import { Button, Field, makeStyles, MessageBar, MessageBarBody, Radio, RadioGroup, Select, Spinner, Text, tokens } from "@fluentui/react-components";
import { ArrowDownloadRegular } from "@fluentui/react-icons";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";

import { bodyOf } from "../../../api/client";
import { useApi } from "../../../app/api_context";
import { FileDrop } from "../../../components/file_drop";
import { ProblemView } from "../../../components/problem_view";
import { useSaveFile } from "../../../components/save_file";
import { Section } from "../../../components/section";
import { useText } from "../../../text/language";
import { Differences } from "../draft/differences";
import { useEditor } from "../draft/editor_context";
import { COLLECTIONS } from "../model/new_id";
import { usePartStyles } from "./part_styles";

type Table = "" | (typeof COLLECTIONS)[number];
type Format = "csv" | "json";
type Mode = "update" | "replace";

const useStyles = makeStyles({
  row: { display: "flex", flexWrap: "wrap", gap: tokens.spacingHorizontalM, alignItems: "end" },
});

export default function FilesPart() {
  const t = useText();
  const styles = usePartStyles();
  const { readOnly, document, base } = useEditor();
  return (
    <>
      {document !== base ? (
        <MessageBar intent="warning">
          <MessageBarBody>{t("settings.files.draft")}</MessageBarBody>
        </MessageBar>
      ) : null}
      <Section title={t("settings.files.export")}>
        <Text className={styles.muted}>{t("settings.files.export_lead")}</Text>
        <Export />
      </Section>
      {readOnly ? null : (
        <Section title={t("settings.files.import")}>
          <Text className={styles.muted}>{t("settings.files.import_lead")}</Text>
          <Import locked={document !== base} />
        </Section>
      )}
    </>
  );
}

function TableSelect({ value, onChange }: { readonly value: Table; readonly onChange: (to: Table) => void }) {
  const t = useText();
  return (
    <Field label={t("settings.files.table")}>
      <Select
        value={value}
        onChange={(_, data) => {
          onChange(data.value as Table);
        }}
      >
        {COLLECTIONS.map((one) => (
          <option key={one} value={one}>
            {t(`settings.part.${one}`)}
          </option>
        ))}
        <option value="">{t("settings.files.everything")}</option>
      </Select>
    </Field>
  );
}

function Export() {
  const t = useText();
  const api = useApi();
  const styles = useStyles();
  const { scope } = useEditor();
  const [table, setTable] = useState<Table>("rules");
  const saving = useSaveFile("settings.json");
  const save = (format: Format) => {
    saving.save(() => api.GET("/api/v1/export", { params: { query: { scope, table, format } }, parseAs: "blob" }));
  };
  return (
    <>
      <div className={styles.row}>
        <TableSelect value={table} onChange={setTable} />
        <Button
          icon={<ArrowDownloadRegular />}
          disabled={saving.isSaving || table === ""}
          onClick={() => {
            save("csv");
          }}
        >
          {t("settings.files.csv")}
        </Button>
        <Button
          icon={<ArrowDownloadRegular />}
          disabled={saving.isSaving}
          onClick={() => {
            save("json");
          }}
        >
          {t("settings.files.json")}
        </Button>
      </div>
      {saving.error ? <ProblemView error={saving.error} /> : null}
    </>
  );
}

function Import({ locked }: { readonly locked: boolean }) {
  const t = useText();
  const api = useApi();
  const queries = useQueryClient();
  const styles = usePartStyles();
  const { scope, version } = useEditor();
  const [table, setTable] = useState<Table>("rules");
  const [mode, setMode] = useState<Mode>("update");
  const [file, setFile] = useState<File | null>(null);
  const importing = useMutation({
    mutationFn: async ({ chosen, preview }: { chosen: File; preview: boolean }) => {
      const csv = chosen.name.toLowerCase().endsWith(".csv");
      return bodyOf(
        await api.POST("/api/v1/import", {
          params: { query: { scope, table, mode, preview } },
          headers: { "Content-Type": csv ? "text/csv" : "application/json", "If-Match": `"${version.toString()}"` },
          // The file goes as it is; the document calls such a body a string.
          body: chosen as unknown as string,
          bodySerializer: (body: unknown) => body as BodyInit,
        }),
      );
    },
    onSuccess: (done) => {
      if (done.saved) void queries.invalidateQueries({ queryKey: ["settings"] });
    },
  });
  const again = () => {
    importing.reset();
    setFile(null);
  };
  return (
    <div className={styles.stack}>
      <TableSelect
        value={table}
        onChange={(next) => {
          setTable(next);
          again();
        }}
      />
      <Field label={t("settings.files.mode")}>
        <RadioGroup
          value={mode}
          onChange={(_, data) => {
            setMode(data.value as Mode);
            again();
          }}
        >
          <Radio value="update" label={t("settings.files.update")} />
          <Radio value="replace" label={t("settings.files.replace")} />
        </RadioGroup>
      </Field>
      <FileDrop
        label={t("settings.files.choose")}
        accept=".csv,.json,text/csv,application/json"
        chosen={file?.name ?? ""}
        disabled={locked || importing.isPending}
        onFile={(chosen) => {
          setFile(chosen);
          importing.mutate({ chosen, preview: true });
        }}
      />
      {importing.isPending ? <Spinner label={t("common.loading")} /> : null}
      {importing.error ? <ProblemView error={importing.error} /> : null}
      {importing.data ? (
        <>
          <Text weight="semibold" role="status">
            {importing.data.saved
              ? t("settings.saved_as", { version: importing.data.version })
              : t("settings.files.would_change", { count: importing.data.count })}
          </Text>
          <Differences differences={importing.data.differences} name={t("settings.difference.title")} />
          {importing.data.saved || importing.data.count === 0 || !file ? null : (
            <div>
              <Button
                appearance="primary"
                onClick={() => {
                  importing.mutate({ chosen: file, preview: false });
                }}
              >
                {t("settings.files.do")}
              </Button>
            </div>
          )}
        </>
      ) : null}
    </div>
  );
}
