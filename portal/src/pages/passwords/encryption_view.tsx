/** One encrypted file: how its password notice stands, what can be done about it, and its password, if asked for. */
import { Button, makeStyles, MessageBar, MessageBarBody, Text, tokens } from "@fluentui/react-components";
import { DeleteRegular, PauseRegular, PlayRegular, SendRegular, type FluentIcon } from "@fluentui/react-icons";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";

import { bodyOf } from "../../api/client";
import { ApiProblem } from "../../api/problem";
import type { components } from "../../api/schema.gen";
import { useApi } from "../../app/api_context";
import { ConfirmDialog } from "../../components/confirm_dialog";
import { Facts } from "../../components/facts";
import { NoticeBadge } from "../../components/mail/notice_badge";
import { Moment } from "../../components/moment";
import { ProblemView } from "../../components/problem_view";
import { useText } from "../../text/language";
import { forgetLists, type MessageView } from "../mail/message_queries";
import { PasswordReveal } from "./password_reveal";

type Encryption = components["schemas"]["ShownEncryption"];
type Verb = components["schemas"]["NoticeVerb"];

const ICONS: Readonly<Record<Verb, FluentIcon>> = {
  send: SendRegular,
  pause: PauseRegular,
  resume: PlayRegular,
  delete: DeleteRegular,
};

const useStyles = makeStyles({
  part: { display: "flex", flexDirection: "column", gap: tokens.spacingVerticalM },
  head: { display: "flex", flexWrap: "wrap", alignItems: "center", gap: tokens.spacingHorizontalS },
  name: { margin: "0", fontSize: tokens.fontSizeBase300, overflowWrap: "anywhere" },
  buttons: { display: "flex", flexWrap: "wrap", gap: tokens.spacingHorizontalS },
});

interface Props {
  readonly view: MessageView;
  readonly encryption: Encryption;
  readonly recipients: string;
}

export function EncryptionView({ view, encryption, recipients }: Props) {
  const t = useText();
  const api = useApi();
  const styles = useStyles();
  const queries = useQueryClient();
  const [asking, setAsking] = useState(false);
  const [wanted, setWanted] = useState<"send" | "delete">("send");
  const { variant, state, file_name: file } = encryption;
  const change = useMutation({
    mutationFn: async (verb: Verb) =>
      bodyOf(
        await api.POST("/api/v1/passwords/{queue_id}/change", {
          params: { path: { queue_id: view.queue_id } },
          body: { variant, verb, version: view.version },
        }),
      ),
    onSettled: async () => {
      setAsking(false);
      forgetLists(queries);
      await queries.invalidateQueries({ queryKey: ["message", view.queue_id] });
    },
  });
  const unchanged = change.error instanceof ApiProblem && change.error.kind === "conflict";
  const lead = state === "waiting" && !encryption.due_at ? "waiting_undelivered" : state;
  return (
    <div className={styles.part}>
      <div className={styles.head}>
        <h3 className={styles.name}>{file}</h3>
        <NoticeBadge state={state} />
        {encryption.due_at ? (
          <Text size={200}>
            {t("passwords.due")} <Moment at={encryption.due_at} />
          </Text>
        ) : null}
      </div>
      <Text>{t(`passwords.lead.${lead}`)}</Text>
      <Facts
        facts={[
          [t("passwords.algorithm"), encryption.algorithm || null],
          [t("passwords.recipients"), recipients],
          [t("passwords.notice"), t("passwords.told", { told: encryption.told, count: encryption.recipients.length })],
        ]}
      />
      {unchanged ? (
        <MessageBar intent="warning" layout="multiline" role="status">
          <MessageBarBody>{t("passwords.unchanged")}</MessageBarBody>
        </MessageBar>
      ) : null}
      {change.error && !unchanged ? <ProblemView error={change.error} /> : null}
      {change.isSuccess ? (
        <MessageBar intent="success" role="status">
          <MessageBarBody>{t(`passwords.done.${change.variables}`)}</MessageBarBody>
        </MessageBar>
      ) : null}
      {view.possible.see_passwords ? (
        <>
          <div className={styles.buttons}>
            {encryption.verbs.map((verb) => {
              const Icon = ICONS[verb];
              return (
                <Button
                  key={verb}
                  icon={<Icon />}
                  disabled={change.isPending}
                  onClick={() => {
                    if (verb !== "send" && verb !== "delete") {
                      change.mutate(verb);
                      return;
                    }
                    setWanted(verb);
                    setAsking(true);
                  }}
                >
                  {t(`passwords.verb.${verb}`)}
                </Button>
              );
            })}
          </div>
          <PasswordReveal id={view.queue_id} variant={variant} />
        </>
      ) : null}
      <ConfirmDialog
        open={asking}
        title={t(`passwords.confirm.${wanted}.title`)}
        action={t(`passwords.confirm.${wanted}.do`)}
        busy={change.isPending}
        onConfirm={() => {
          change.mutate(wanted);
        }}
        onCancel={() => {
          setAsking(false);
        }}
      >
        {t(`passwords.confirm.${wanted}.lead`, { file })}
      </ConfirmDialog>
    </div>
  );
}
