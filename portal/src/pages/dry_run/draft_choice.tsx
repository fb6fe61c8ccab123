/** Choosing by which settings to try. */
import {
  Caption1,
  Field,
  makeStyles,
  MessageBar,
  MessageBarBody,
  Radio,
  RadioGroup,
  Subtitle2,
  Switch,
  tokens,
} from "@fluentui/react-components";
import { useState } from "react";

import { FileDrop } from "../../components/file_drop";
import { Section } from "../../components/section";
import { useText } from "../../text/language";
import type { TenantSettings } from "./kept_draft";
import { type Draft, policyKey, ruleKey, type Source } from "./use_draft";

const useStyles = makeStyles({
  columns: { display: "grid", gap: tokens.spacingHorizontalL, gridTemplateColumns: "repeat(auto-fit, minmax(min(100%, 18rem), 1fr))" },
  list: { display: "flex", flexDirection: "column" },
  hint: { color: tokens.colorNeutralForeground2 },
});

export function DraftChoice({ draft }: { readonly draft: Draft }) {
  const t = useText();
  return (
    <Section title={t("dryRun.by")}>
      <RadioGroup
        aria-label={t("dryRun.by")}
        value={draft.source}
        onChange={(_, data) => {
          draft.choose(data.value as Source);
        }}
      >
        {draft.sources.map((one) => (
          <Radio key={one} value={one} label={one === "kept" ? t("dryRun.draft.kept", { name: draft.keptName }) : t(`dryRun.draft.${one}`)} />
        ))}
      </RadioGroup>
      {draft.source === "switches" && draft.present ? <Switches draft={draft} present={draft.present} /> : null}
      {draft.source === "file" ? <DraftFileChoice draft={draft} /> : null}
    </Section>
  );
}

function Switches({ draft, present }: { readonly draft: Draft; readonly present: TenantSettings }) {
  const t = useText();
  const styles = useStyles();
  const lists = [
    { title: t("dryRun.rules"), items: (present.rules ?? []).map((rule) => ({ ...rule, key: ruleKey(rule.id) })) },
    { title: t("dryRun.policies"), items: present.policies.map((policy) => ({ ...policy, key: policyKey(policy.id) })) },
  ];
  return (
    <Field label={t("dryRun.switches")} hint={t("dryRun.switched", { count: draft.flipped.size })}>
      <div className={styles.columns} role="group" aria-label={t("dryRun.switches")}>
        {lists.map(({ title, items }) => (
          <div key={title} className={styles.list} role="group" aria-label={title}>
            <Subtitle2 as="h3">{title}</Subtitle2>
            {items.length === 0 ? <Caption1 className={styles.hint}>{t("dryRun.none_to_switch")}</Caption1> : null}
            {items.map((item) => (
              <Switch
                key={item.key}
                checked={item.enabled !== draft.flipped.has(item.key)}
                label={item.name || item.id}
                onChange={() => {
                  draft.flip(item.key);
                }}
              />
            ))}
          </div>
        ))}
      </div>
    </Field>
  );
}

/** The least that makes it worth sending; the API says the rest. */
function isDocument(value: unknown): value is TenantSettings {
  return typeof value === "object" && value !== null && Array.isArray((value as { rules?: unknown }).rules);
}

function DraftFileChoice({ draft }: { readonly draft: Draft }) {
  const t = useText();
  const [wrong, setWrong] = useState(false);
  async function read(file: File) {
    const found: unknown = await file
      .text()
      .then((text) => JSON.parse(text.replace(/^\uFEFF/, "")) as unknown)
      .catch(() => null);
    const fits = isDocument(found);
    setWrong(!fits);
    // What the file leaves out stays as it is: tenant, domains and routes are not what is tried.
    draft.setFile(fits && draft.present ? { name: file.name, document: { ...draft.present, ...found } } : null);
  }
  const { file } = draft;
  return (
    <>
      <FileDrop
        label={t("dryRun.draft_file")}
        accept=".json,application/json"
        chosen={
          file
            ? t("dryRun.draft_read", { name: file.name, rules: file.document.rules?.length ?? 0, policies: file.document.policies.length })
            : ""
        }
        onFile={(chosen) => void read(chosen)}
      />
      {wrong ? (
        <MessageBar intent="error">
          <MessageBarBody>{t("dryRun.draft_unreadable")}</MessageBarBody>
        </MessageBar>
      ) : null}
    </>
  );
}
