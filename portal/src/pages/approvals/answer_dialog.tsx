/** The last question before an approver's answer. */
import { makeStyles, Text, tokens } from "@fluentui/react-components";

import { ConfirmDialog } from "../../components/confirm_dialog";
import { useText } from "../../text/language";
import type { MessageView } from "../mail/message_queries";
import type { Answering } from "./answering";

const useStyles = makeStyles({
  content: { display: "flex", flexDirection: "column", gap: tokens.spacingVerticalM, overflowWrap: "anywhere" },
  quote: { whiteSpace: "pre-wrap" },
});

interface Props {
  readonly view: MessageView;
  readonly answering: Answering;
}

export function AnswerDialog({ view, answering }: Props) {
  const t = useText();
  const styles = useStyles();
  const said = answering.answer;
  const comment = answering.comment.trim();
  return (
    <ConfirmDialog
      open={answering.asking}
      title={t(`approvals.confirm.${said}.title`)}
      action={t(`approvals.confirm.${said}.do`)}
      busy={answering.busy}
      onConfirm={answering.onConfirm}
      onCancel={() => {
        answering.onAsk(null);
      }}
    >
      <div className={styles.content}>
        <Text>{t(`approvals.confirm.${said}.lead`)}</Text>
        <Text weight="semibold">{view.sheet.subject || t("mail.subject_blank")}</Text>
        {comment ? (
          <Text className={styles.quote}>
            {t("approvals.confirm_comment")}: {comment}
          </Text>
        ) : null}
      </div>
    </ConfirmDialog>
  );
}
