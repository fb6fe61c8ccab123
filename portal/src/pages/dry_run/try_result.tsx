/** What would become of a message, and why: the verdict first, then reasons, outgoing forms, and every rule's answer. */
import { Body1, Body1Strong, Caption1, makeStyles, MessageBar, MessageBarBody, MessageBarTitle, tokens } from "@fluentui/react-components";

import type { components } from "../../api/schema.gen";
import { sizeText } from "../../components/bytes";
import { Facts } from "../../components/facts";
import { Section } from "../../components/section";
import type { TextKey } from "../../text/catalogue";
import { dryRun } from "../../text/dry_run";
import { useLanguage, useText } from "../../text/language";
import { ExplanationView } from "./explanation_view";

export type TryResult = components["schemas"]["TryResult"];
type Reason = components["schemas"]["TriedReason"];

const INTENTS = { deliver: "success", hold: "warning", reject: "error", discard: "error" } as const;

const useStyles = makeStyles({
  frame: { display: "flex", flexDirection: "column", gap: tokens.spacingVerticalL },
  reasons: { margin: "0", paddingInlineStart: tokens.spacingHorizontalXL, display: "grid", gap: tokens.spacingVerticalS },
  quiet: { color: tokens.colorNeutralForeground2, overflowWrap: "anywhere", display: "block" },
  forms: { display: "grid", gap: tokens.spacingVerticalL },
});

type Text = ReturnType<typeof useText>;

function transformsText(names: readonly string[], t: Text): string {
  if (names.length === 0) return t("dryRun.unchanged");
  return names.map((name) => (`transform.${name}` in dryRun.en ? t(`dryRun.transform.${name}` as TextKey) : name)).join(", ");
}

export function TryResultView({ result }: { readonly result: TryResult }) {
  const t = useText();
  const styles = useStyles();
  const verdict = result.disposition === "deliver" && result.delay_minutes > 0 ? "delay" : result.disposition;
  const kind = `mail.${result.kind}` in dryRun.en ? t(`dryRun.mail.${result.kind}` as TextKey) : result.kind;
  const { language } = useLanguage();
  return (
    <div className={styles.frame}>
      <MessageBar intent={INTENTS[result.disposition]} layout="multiline" role="status">
        <MessageBarBody>
          <MessageBarTitle>{t(`dryRun.verdict.${verdict}`, { minutes: result.delay_minutes })}</MessageBarTitle>
        </MessageBarBody>
      </MessageBar>
      <Section title={t("dryRun.result")}>
        <Facts
          facts={[
            [t("dryRun.sender"), result.sender],
            [t("mail.recipients"), result.recipients.join(", ")],
            [t("dryRun.kind"), kind],
            [t("dryRun.size"), sizeText(result.size, language)],
            [t("dryRun.version"), result.settings_version.toLocaleString(language)],
            [t("dryRun.approvals"), result.approvals.join(", ")],
            [t("dryRun.route"), result.route],
            [t("dryRun.reject_text"), result.reject_text],
          ]}
        />
        {result.parts.map((part) => (
          <div key={part.recipients.join(" ")}>
            <Body1Strong>
              {result.parts.length > 1
                ? `${t("dryRun.part", { count: part.recipients.length })}: ${t(`dryRun.fate.${part.disposition}`)}`
                : t("dryRun.reasons")}
            </Body1Strong>
            {result.parts.length > 1 ? <Caption1 className={styles.quiet}>{part.recipients.join(", ")}</Caption1> : null}
            {part.added_recipients.length > 0 ? (
              <Caption1 className={styles.quiet}>{t("dryRun.added", { names: part.added_recipients.join(", ") })}</Caption1>
            ) : null}
            <Reasons reasons={part.reasons} />
          </div>
        ))}
        <MoreReasons title={t("dryRun.notes")} reasons={result.notes} />
        <MoreReasons title={t("dryRun.skipped")} reasons={result.skipped} />
      </Section>
      {result.forms.length > 0 ? (
        <Section title={t("dryRun.forms")}>
          <div className={styles.forms}>
            {result.forms.map((form) => (
              <Facts
                key={form.name}
                facts={[
                  [t("mail.recipients"), form.recipients.join(", ")],
                  [t("dryRun.transforms"), transformsText(form.transforms, t)],
                  [t("dryRun.archive"), form.file_name],
                  [t("dryRun.size"), form.problem ? t("dryRun.form_problem", { problem: form.problem }) : sizeText(form.size, language)],
                ]}
              />
            ))}
          </div>
        </Section>
      ) : null}
      <Section title={t("dryRun.explained")}>
        {result.explanation ? <ExplanationView explanation={result.explanation} /> : <Body1>{t("dryRun.not_explained")}</Body1>}
      </Section>
    </div>
  );
}

function MoreReasons({ title, reasons }: { readonly title: string; readonly reasons: readonly Reason[] }) {
  if (reasons.length === 0) return null;
  return (
    <div>
      <Body1Strong>{title}</Body1Strong>
      <Reasons reasons={reasons} />
    </div>
  );
}

function Reasons({ reasons }: { readonly reasons: readonly Reason[] }) {
  const t = useText();
  const styles = useStyles();
  if (reasons.length === 0) return <Body1 block>{t("dryRun.no_reasons")}</Body1>;
  return (
    <ul className={styles.reasons}>
      {reasons.map((reason, index) => (
        <li key={index}>
          <Body1>{reason.text}</Body1>
          <Caption1 className={styles.quiet}>{[reason.name || reason.title, reason.description].filter(Boolean).join(" – ")}</Caption1>
        </li>
      ))}
    </ul>
  );
}
