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
  readonly asking: Answer | null;
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
  const [asking, setAsking] = useState<Answer | null>(null);
  const answer = useMutation({
    mutationFn: async (wanted: Answer) => {
      const body = { allow: wanted === "approve", comment: comment.trim() };
      return bodyOf(
        await api.POST("/api/v1/approvals/{queue_id}/answer", { params: { path: { queue_id: view.queue_id } }, body }),
      );
    },
    onSuccess: (after, wanted) => {
      settle(after);
      onSettled(wanted);
    },
    onError: (error) => {
      const current = decidedView(error);
      if (!current) return;
      settle(current);
      onSettled(null);
    },
    onSettled: () => {
      setAsking(null);
    },
  });
  return {
    comment,
    onComment: setComment,
    asking,
    onAsk: (wanted) => {
      answer.reset();
      setAsking(wanted);
    },
    onConfirm: () => {
      if (asking) answer.mutate(asking);
    },
    busy: answer.isPending,
    error: decidedView(answer.error) ? null : answer.error,
  };
}
