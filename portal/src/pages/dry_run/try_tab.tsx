/** One uploaded message: choose it, choose for whom it would be, and see what would become of it. */
import {
  Accordion,
  AccordionHeader,
  AccordionItem,
  AccordionPanel,
  Button,
  Caption1,
  Field,
  Input,
  makeStyles,
  MessageBar,
  MessageBarBody,
  Spinner,
  Textarea,
  tokens,
} from "@fluentui/react-components";
import { useMutation } from "@tanstack/react-query";
import { useState } from "react";

import { bodyOf } from "../../api/client";
import { useApi } from "../../app/api_context";
import { sizeText } from "../../components/bytes";
import { FileDrop } from "../../components/file_drop";
import { ProblemView } from "../../components/problem_view";
import { useLanguage, useText } from "../../text/language";
import { base64Of } from "./base64";
import { type TryResult, TryResultView } from "./try_result";
import type { Draft } from "./use_draft";

/** Bytes; as the API has it. */
const LARGEST_MESSAGE = 10 * 1024 * 1024;

const useStyles = makeStyles({
  frame: { display: "flex", flexDirection: "column", gap: tokens.spacingVerticalL },
  envelope: { display: "flex", flexDirection: "column", gap: tokens.spacingVerticalM, maxWidth: "32rem" },
  hint: { color: tokens.colorNeutralForeground2 },
});

function linesOf(text: string): string[] {
  return text
    .split(/[\s,;]+/)
    .map((line) => line.trim())
    .filter(Boolean);
}

export function TryTab({ draft }: { readonly draft: Draft }) {
  const t = useText();
  const api = useApi();
  const { language } = useLanguage();
  const styles = useStyles();
  const [file, setFile] = useState<File | null>(null);
  const [tooLarge, setTooLarge] = useState(false);
  const [sender, setSender] = useState("");
  const [recipients, setRecipients] = useState("");
  const trial = useMutation({
    mutationFn: async (message: File) => {
      const to = linesOf(recipients);
      const answer = bodyOf(
        await api.POST("/api/v1/try", {
          body: {
            message: await base64Of(message),
            sender: sender.trim() || null,
            recipients: to.length > 0 ? to : null,
            draft: draft.document,
            scope_draft: null,
            at: null,
          },
        }),
      );
      // openapi-fetch widens the tuples of the document to arrays.
      return answer as TryResult;
    },
  });
  return (
    <div className={styles.frame}>
      <FileDrop
        label={t("dryRun.message_file")}
        accept=".eml,message/rfc822"
        chosen={file ? t("exchange.chosen", { name: file.name, size: sizeText(file.size, language) }) : ""}
        disabled={trial.isPending}
        onFile={(next) => {
          const large = next.size > LARGEST_MESSAGE;
          setTooLarge(large);
          setFile(large ? null : next);
          trial.reset();
        }}
      />
      <Caption1 className={styles.hint}>{t("dryRun.message_hint")}</Caption1>
      {tooLarge ? (
        <MessageBar intent="error">
          <MessageBarBody>{t("dryRun.message_too_large", { size: sizeText(LARGEST_MESSAGE, language) })}</MessageBarBody>
        </MessageBar>
      ) : null}
      <Accordion collapsible>
        <AccordionItem value="envelope">
          <AccordionHeader>{t("dryRun.envelope")}</AccordionHeader>
          <AccordionPanel>
            <div className={styles.envelope}>
              <Caption1 className={styles.hint}>{t("dryRun.from_header")}</Caption1>
              <Field label={t("dryRun.sender")}>
                <Input
                  type="email"
                  value={sender}
                  maxLength={320}
                  onChange={(_, data) => {
                    setSender(data.value);
                  }}
                />
              </Field>
              <Field label={t("dryRun.recipients")}>
                <Textarea
                  value={recipients}
                  rows={4}
                  onChange={(_, data) => {
                    setRecipients(data.value);
                  }}
                />
              </Field>
            </div>
          </AccordionPanel>
        </AccordionItem>
      </Accordion>
      <div>
        <Button
          appearance="primary"
          disabled={!file || trial.isPending || !draft.isReady}
          onClick={() => {
            if (file) trial.mutate(file);
          }}
        >
          {t("dryRun.try")}
        </Button>
      </div>
      {trial.isPending ? <Spinner label={t("dryRun.trying")} /> : null}
      {trial.error ? <ProblemView error={trial.error} /> : null}
      {trial.data ? <TryResultView result={trial.data} /> : null}
    </div>
  );
}
