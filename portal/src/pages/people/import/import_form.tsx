/** From a file to a preview to the import: nothing is saved before the reader has seen what would change. */
import {
  Button,
  Field,
  makeStyles,
  MessageBar,
  MessageBarBody,
  Radio,
  RadioGroup,
  Spinner,
  tokens,
} from "@fluentui/react-components";
import { ArrowDownloadRegular } from "@fluentui/react-icons";
import { useMemo, useState } from "react";

import { ApiProblem } from "../../../api/problem";
import { sizeText } from "../../../components/bytes";
import { ConfirmDialog } from "../../../components/confirm_dialog";
import { FileDrop } from "../../../components/file_drop";
import { ProblemView } from "../../../components/problem_view";
import { saveBlob } from "../../../components/save_file";
import { useLanguage, useText } from "../../../text/language";
import { ChangesTable } from "./changes_table";
import { type Change, changesOf, countsOf } from "./changes";
import { ErrorsTable } from "./errors_table";
import { type TableName, templateOf } from "./tables";
import { LARGEST_FILE, mediaTypeOf, type Mode, useImport } from "./use_import";

const useStyles = makeStyles({
  frame: { display: "flex", flexDirection: "column", gap: tokens.spacingVerticalL },
  buttons: { display: "flex", flexWrap: "wrap", gap: tokens.spacingHorizontalS },
});

interface Props {
  readonly table: TableName;
  readonly scope: string;
}

export function ImportForm({ table, scope }: Props) {
  const t = useText();
  const { language } = useLanguage();
  const styles = useStyles();
  const [mode, setMode] = useState<Mode>("update");
  const [file, setFile] = useState<File | null>(null);
  const [refused, setRefused] = useState("");
  const [asking, setAsking] = useState(false);
  const preview = useImport(table, scope);
  const saving = useImport(table, scope);
  const changes = useMemo(() => changesOf(preview.data?.differences ?? [], t), [preview.data, t]);
  const template = useMemo(() => templateOf(table), [table]);

  function look(next: File | null, how: Mode) {
    saving.reset();
    preview.reset();
    setFile(next);
    setMode(how);
    if (next) preview.mutate({ file: next, mode: how, preview: true });
  }
  function choose(next: File) {
    if (!mediaTypeOf(next.name)) setRefused(t("exchange.wrong_type"));
    else if (next.size > LARGEST_FILE) setRefused(t("exchange.too_large", { size: sizeText(LARGEST_FILE, language) }));
    else {
      setRefused("");
      look(next, mode);
    }
  }
  const counts = t("exchange.counts", countsOf(changes));
  return (
    <div className={styles.frame}>
      <Field label={t("exchange.mode")}>
        <RadioGroup
          value={mode}
          onChange={(_, data) => {
            look(file, data.value as Mode);
          }}
        >
          {(["update", "replace"] as const).map((one) => (
            <Radio key={one} value={one} label={`${t(`exchange.mode.${one}`)}：${t(`exchange.mode.${one}_hint`)}`} />
          ))}
        </RadioGroup>
      </Field>
      {template ? (
        <div className={styles.buttons}>
          <Button
            icon={<ArrowDownloadRegular />}
            onClick={() => {
              saveBlob(template, `${table}-template.csv`);
            }}
          >
            {t("exchange.template")}
          </Button>
        </div>
      ) : null}
      <FileDrop
        label={t("exchange.file")}
        accept=".csv,.json,text/csv,application/json"
        chosen={file ? t("exchange.chosen", { name: file.name, size: sizeText(file.size, language) }) : ""}
        disabled={preview.isPending || saving.isPending}
        onFile={choose}
      />
      {refused ? (
        <MessageBar intent="error">
          <MessageBarBody>{refused}</MessageBarBody>
        </MessageBar>
      ) : null}
      {preview.isPending ? <Spinner label={t("exchange.checking")} /> : null}
      <Failure error={preview.error ?? saving.error} />
      {saving.data ? (
        <MessageBar intent="success" role="status">
          <MessageBarBody>{t("exchange.done", { counts })}</MessageBarBody>
        </MessageBar>
      ) : null}
      {preview.data && !saving.data ? (
        <Preview
          changes={changes}
          count={preview.data.count}
          counts={counts}
          busy={saving.isPending}
          onImport={() => {
            setAsking(true);
          }}
        />
      ) : null}
      <ConfirmDialog
        open={asking}
        title={t("exchange.confirm_title", { name: file?.name ?? "" })}
        action={t("exchange.import")}
        onCancel={() => {
          setAsking(false);
        }}
        onConfirm={() => {
          setAsking(false);
          if (file) saving.mutate({ file, mode, preview: false });
        }}
      >
        {t(mode === "replace" ? "exchange.confirm_replace" : "exchange.confirm_update", { counts })}
      </ConfirmDialog>
    </div>
  );
}

/** What is wrong with the file line by line; anything else as on every page. */
function Failure({ error }: { readonly error: unknown }) {
  if (!error) return null;
  if (error instanceof ApiProblem && error.status === 422 && error.fields.length > 0) return <ErrorsTable problem={error} />;
  return <ProblemView error={error} />;
}

interface PreviewProps {
  readonly changes: readonly Change[];
  readonly count: number;
  readonly counts: string;
  readonly busy: boolean;
  readonly onImport: () => void;
}

function Preview({ changes, count, counts, busy, onImport }: PreviewProps) {
  const t = useText();
  if (count === 0) {
    return (
      <MessageBar intent="info" role="status">
        <MessageBarBody>{t("exchange.no_change")}</MessageBarBody>
      </MessageBar>
    );
  }
  return (
    <>
      <ChangesTable changes={changes} counts={counts} count={count} />
      <div>
        <Button appearance="primary" disabled={busy} onClick={onImport}>
          {t("exchange.do", { count: changes.length })}
        </Button>
      </div>
    </>
  );
}
