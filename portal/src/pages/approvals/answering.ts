/** The answer to a request for approval: what is typed, the second question, the answer itself. */
import { useMutation } from "@tanstack/react-query";
import { useState } from "react";

import { bodyOf } from "../../api/client";
import { useApi } from "../../app/api_context";
import { decidedView, type MessageView, useSettle } from "../mail/message_queries";

export type Answer = "approve" | "deny";

export interface Answering {
  readonly comment: string;
  readonly onComment: (comment: string) => void;
  /** Whether the second question is asked, and about which answer it is or was. */
  readonly asking: boolean;
  readonly answer: Answer;
  readonly onAsk: (answer: Answer | null) => void;
  readonly onConfirm: () => void;
  readonly busy: boolean;
  readonly error: unknown;
}

/** `onSettled` is told what was answered here, or `null` where the request had been answered before. */
export function useAnswering(view: MessageView, onSettled: (answer: Answer | null) => void): Answering {
  const api = useApi();
  const settle = useSettle();
  const [comment, setComment] = useState("");
  const [asking, setAsking] = useState(false);
  const [answer, setAnswer] = useState<Answer>("approve");
  const sending = useMutation({
    mutationFn: async () => {
      const body = { allow: answer === "approve", comment: comment.trim() };
      return bodyOf(
        await api.POST("/api/v1/approvals/{queue_id}/answer", { params: { path: { queue_id: view.queue_id } }, body }),
      );
    },
    onSuccess: (after) => {
      settle(after);
      onSettled(answer);
    },
    onError: (error) => {
      const current = decidedView(error);
      if (!current) return;
      settle(current);
      onSettled(null);
    },
    onSettled: () => {
      setAsking(false);
    },
  });
  return {
    comment,
    onComment: setComment,
    asking,
    answer,
    onAsk: (wanted) => {
      sending.reset();
      if (wanted) setAnswer(wanted);
      setAsking(wanted !== null);
    },
    onConfirm: () => {
      sending.mutate();
    },
    busy: sending.isPending,
    error: decidedView(sending.error) ? null : sending.error,
  };
}
