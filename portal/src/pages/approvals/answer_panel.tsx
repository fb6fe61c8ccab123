/** Where an approver answers: the reasons to read, a comment, approve or deny. */
import { Button, Field, makeStyles, Text, Textarea, tokens } from "@fluentui/react-components";
import { CheckmarkRegular, DismissRegular } from "@fluentui/react-icons";

import { actorText } from "../../components/mail/actor_text";
import { ProblemView } from "../../components/problem_view";
import { Section } from "../../components/section";
import { useText } from "../../text/language";
import type { MessageView } from "../mail/message_queries";
import { ReasonTicks } from "../mail/reason_ticks";
import type { Answering } from "./answering";

const NOTHING: ReadonlySet<number> = new Set();

const useStyles = makeStyles({
  buttons: { display: "flex", flexWrap: "wrap", gap: tokens.spacingHorizontalS },
  title: { margin: "0", fontSize: tokens.fontSizeBase300 },
});

interface Props {
  readonly view: MessageView;
  readonly answering: Answering;
}

export function AnswerPanel({ view, answering }: Props) {
  const t = useText();
  const styles = useStyles();
  const { approval } = view;
  return (
    <Section title={t("approvals.answer_title")} id="decide">
      <Text>{approval ? t("approvals.answer_lead", { who: actorText(approval.requester, t) }) : null}</Text>
      {view.acting_for ? <Text weight="semibold">{t("approvals.answer_for", { person: view.acting_for })}</Text> : null}
      {view.reasons.length > 0 ? (
        <>
          <h3 className={styles.title}>{t("mail.reasons_given")}</h3>
          <ReasonTicks reasons={view.reasons} ticked={NOTHING} anchors />
        </>
      ) : null}
      <Field label={t("approvals.answer_comment")}>
        <Textarea
          value={answering.comment}
          maxLength={2000}
          resize="vertical"
          onChange={(_, data) => {
            answering.onComment(data.value);
          }}
        />
      </Field>
      {answering.error ? <ProblemView error={answering.error} /> : null}
      <div className={styles.buttons}>
        <Button
          appearance="primary"
          icon={<CheckmarkRegular />}
          disabled={answering.busy}
          onClick={() => {
            answering.onAsk("approve");
          }}
        >
          {t("approvals.approve")}
        </Button>
        <Button
          icon={<DismissRegular />}
          disabled={answering.busy}
          onClick={() => {
            answering.onAsk("deny");
          }}
        >
          {t("approvals.deny")}
        </Button>
      </div>
    </Section>
  );
}
