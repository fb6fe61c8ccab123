/** The entries of an address list: many pasted or read from a file at once, searched, taken out; fast with 100,000 of them. */
import { Button, Field, makeStyles, MessageBar, MessageBarBody, SearchBox, Text, Textarea, tokens } from "@fluentui/react-components";
import { AddRegular, DismissRegular } from "@fluentui/react-icons";
import { useMemo, useState } from "react";

import { DataList } from "../../../components/data_list";
import { FileDrop } from "../../../components/file_drop";
import { useText } from "../../../text/language";
import { useEditor, useProblemAt } from "../draft/editor_context";
import { pastedEntries } from "../model/entries";

const useStyles = makeStyles({
  frame: { display: "flex", flexDirection: "column", gap: tokens.spacingVerticalM, minWidth: 0 },
  add: { display: "grid", gridTemplateColumns: "repeat(auto-fit, minmax(min(18rem, 100%), 1fr))", gap: tokens.spacingHorizontalL },
  paste: { display: "flex", flexDirection: "column", gap: tokens.spacingVerticalS, alignItems: "start" },
  area: { width: "100%" },
  row: { display: "flex", alignItems: "center", justifyContent: "space-between", gap: tokens.spacingHorizontalS, minWidth: 0 },
  text: { overflowWrap: "anywhere", minWidth: 0 },
  list: { maxHeight: "28rem" },
});

interface Props {
  readonly entries: readonly string[];
  readonly at: string;
  readonly onChange: (entries: readonly string[]) => void;
}

interface Outcome {
  readonly added: number;
  readonly odd: readonly string[];
}

const MOST_ODD = 10;

export function Entries({ entries, at, onChange }: Props) {
  const t = useText();
  const styles = useStyles();
  const { readOnly } = useEditor();
  const problem = useProblemAt(at);
  const [typed, setTyped] = useState("");
  const [search, setSearch] = useState("");
  const [outcome, setOutcome] = useState<Outcome | null>(null);
  const shown = useMemo(() => {
    const wanted = search.trim().toLowerCase();
    return wanted === "" ? entries : entries.filter((entry) => entry.toLowerCase().includes(wanted));
  }, [entries, search]);
  const take = (text: string) => {
    const pasted = pastedEntries(text);
    const known = new Set(entries.map((entry) => entry.toLowerCase()));
    const fresh = pasted.entries.filter((entry) => !known.has(entry.toLowerCase()));
    if (fresh.length > 0) onChange([...entries, ...fresh]);
    setOutcome({ added: fresh.length, odd: pasted.odd });
  };
  return (
    <div className={styles.frame}>
      {problem ? (
        <MessageBar intent="error">
          <MessageBarBody>{problem}</MessageBarBody>
        </MessageBar>
      ) : null}
      {readOnly ? null : (
        <div className={styles.add}>
          <div className={styles.paste}>
            <Field className={styles.area} label={t("settings.list.paste")} hint={t("policies.hint.entries")}>
              <Textarea
                rows={5}
                resize="vertical"
                value={typed}
                onChange={(_, data) => {
                  setTyped(data.value);
                }}
              />
            </Field>
            <Button
              icon={<AddRegular />}
              disabled={typed.trim() === ""}
              onClick={() => {
                take(typed);
                setTyped("");
              }}
            >
              {t("settings.list.add_entries")}
            </Button>
          </div>
          <FileDrop
            label={t("settings.list.from_file")}
            accept=".txt,.csv,text/plain,text/csv"
            chosen=""
            onFile={(file) => {
              void file.text().then(take);
            }}
          />
        </div>
      )}
      <div role="status">
        {outcome ? (
          <MessageBar intent={outcome.odd.length > 0 ? "warning" : "success"} layout="multiline">
            <MessageBarBody>
              {t("settings.list.added", { count: outcome.added })}
              {outcome.odd.length > 0
                ? ` ${t("settings.list.odd", { count: outcome.odd.length, entries: outcome.odd.slice(0, MOST_ODD).join(t("policies.list_comma")) })}`
                : ""}
            </MessageBarBody>
          </MessageBar>
        ) : null}
      </div>
      <div className={styles.row}>
        <SearchBox
          aria-label={t("settings.list.search")}
          placeholder={t("settings.list.search")}
          value={search}
          onChange={(_, data) => {
            setSearch(data.value);
          }}
        />
        <Text>{t("settings.list.count", { count: shown.length })}</Text>
      </div>
      <DataList
        className={styles.list}
        name={t("settings.list.all_entries")}
        rowHeight={40}
        loaded={{
          rows: shown,
          isLoading: false,
          error: null,
          hasMore: false,
          isLoadingMore: false,
          loadMore: nothing,
          reload: nothing,
        }}
        keyOf={(entry) => entry}
        emptyTitle={t("settings.list.no_entries")}
      >
        {(entry) => (
          <div className={styles.row}>
            <Text className={styles.text}>{entry}</Text>
            {readOnly ? null : (
              <Button
                appearance="subtle"
                size="small"
                icon={<DismissRegular />}
                aria-label={t("policies.texts.remove", { name: entry })}
                onClick={() => {
                  onChange(entries.filter((one) => one !== entry));
                }}
              />
            )}
          </div>
        )}
      </DataList>
    </div>
  );
}

function nothing(): void {
  // All entries are there already.
}
