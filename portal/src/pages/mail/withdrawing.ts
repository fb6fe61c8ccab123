/** Taking back a request for approval: the second question, and the withdrawal itself. */
import { useMutation } from "@tanstack/react-query";
import { useState } from "react";

import { bodyOf } from "../../api/client";
import { useApi } from "../../app/api_context";
import { decidedView, type MessageView, useSettle } from "./message_queries";

export interface Withdrawing {
  readonly asking: boolean;
  readonly onAsk: (on: boolean) => void;
  readonly onConfirm: () => void;
  readonly busy: boolean;
  readonly error: unknown;
}

/** `onSettled` is told whether somebody else had decided before. */
export function useWithdrawing(view: MessageView, onSettled: (before: boolean) => void): Withdrawing {
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
  return {
    asking,
    onAsk: (on) => {
      withdraw.reset();
      setAsking(on);
    },
    onConfirm: () => {
      withdraw.mutate();
    },
    busy: withdraw.isPending,
    error: decidedView(withdraw.error) ? null : withdraw.error,
  };
}
