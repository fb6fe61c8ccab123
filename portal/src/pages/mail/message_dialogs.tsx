/** The questions that a message's page asks. They outlive the panels that ask them, which go with what they decide. */
import { ConfirmDialog } from "../../components/confirm_dialog";
import { useText } from "../../text/language";
import { AnswerDialog } from "../approvals/answer_dialog";
import type { Answering } from "../approvals/answering";
import type { Deciding } from "./deciding";
import { DecisionDialog } from "./decision_dialog";
import type { MessageView } from "./message_queries";
import type { Withdrawing } from "./withdrawing";

interface Props {
  readonly view: MessageView;
  readonly deciding: Deciding;
  readonly answering: Answering;
  readonly withdrawing: Withdrawing;
}

export function MessageDialogs({ view, deciding, answering, withdrawing }: Props) {
  const t = useText();
  return (
    <>
      <DecisionDialog view={view} deciding={deciding} />
      <AnswerDialog view={view} answering={answering} />
      <ConfirmDialog
        open={withdrawing.asking}
        title={t("mail.confirm.withdraw.title")}
        action={t("mail.confirm.withdraw.do")}
        busy={withdrawing.busy}
        onConfirm={withdrawing.onConfirm}
        onCancel={() => {
          withdrawing.onAsk(false);
        }}
      >
        {t("mail.confirm.withdraw.lead")}
      </ConfirmDialog>
    </>
  );
}
