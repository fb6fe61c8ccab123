/** Where a sender takes back their request for approval; the message is discarded then. */
import { Button, Text } from "@fluentui/react-components";
import { ArrowUndoRegular } from "@fluentui/react-icons";
import { useMutation } from "@tanstack/react-query";
import { useState } from "react";

import { bodyOf } from "../../api/client";
import { useApi } from "../../app/api_context";
import { ConfirmDialog } from "../../components/confirm_dialog";
import { ProblemView } from "../../components/problem_view";
import { Section } from "../../components/section";
import { useText } from "../../text/language";
import { decidedView, type MessageView, useSettle } from "./message_queries";

interface Props {
  readonly view: MessageView;
  /** Told whether somebody else had decided before. */
  readonly onSettled: (before: boolean) => void;
}

export function WithdrawPanel({ view, onSettled }: Props) {
  const t = useText();
  const api = useApi();
  const settle = useSettle();
  const [asking, setAsking] = useState(false);
  const withdraw = useMutation({
    mutationFn: async () =>
      bodyOf(
        await api.POST("/api/v1/messages/{queue_id}/withdrawal", { params: { path: { queue_id: view.queue_id } } }),
      ),
    onSuccess: (after) => {
      settle(after);
      onSettled(false);
    },
    onError: (error) => {
      const current = decidedView(error);
      if (!current) return;
      settle(current);
      onSettled(true);
    },
    onSettled: () => {
      setAsking(false);
    },
  });
  return (
    <Section title={t("mail.withdraw")} id="decide">
      <Text>{t("approvals.asked_lead")}</Text>
      <Text size={200}>{t("mail.withdraw_hint")}</Text>
      {withdraw.error && !decidedView(withdraw.error) ? <ProblemView error={withdraw.error} /> : null}
      <div>
        <Button
          icon={<ArrowUndoRegular />}
          disabled={withdraw.isPending}
          onClick={() => {
            setAsking(true);
          }}
        >
          {t("mail.withdraw")}
        </Button>
      </div>
      <ConfirmDialog
        open={asking}
        title={t("mail.confirm.withdraw.title")}
        action={t("mail.confirm.withdraw.do")}
        busy={withdraw.isPending}
        onConfirm={() => {
          withdraw.mutate();
        }}
        onCancel={() => {
          setAsking(false);
        }}
      >
        {t("mail.confirm.withdraw.lead")}
      </ConfirmDialog>
    </Section>
  );
}
