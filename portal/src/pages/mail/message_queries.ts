/** What the pages about messages ask the API for, and what becomes old when a message is decided. */
import { useQuery, useQueryClient, type QueryClient } from "@tanstack/react-query";
import { useCallback } from "react";

import { bodyOf, type Api } from "../../api/client";
import { ApiProblem } from "../../api/problem";
import { useApi } from "../../app/api_context";
import { useLanguage } from "../../text/language";

const DELIVERY_POLL_MS = 3_000;
/** A delivery that takes longer is looked at by the refresh button. */
const DELIVERY_POLLS = 20;

/** Lists that show how messages stand. */
const LISTS = ["held", "sent", "approvals", "passwords"] as const;

export function messageKey(id: string, language: string): readonly unknown[] {
  return ["message", id, language];
}

export async function loadMessage(api: Api, id: string, signal: AbortSignal) {
  return bodyOf(await api.GET("/api/v1/messages/{queue_id}", { params: { path: { queue_id: id } }, signal }));
}

/** As the client reads it. */
export type MessageView = Awaited<ReturnType<typeof loadMessage>>;

export function useMessage(id: string) {
  const api = useApi();
  const { language } = useLanguage();
  return useQuery({
    queryKey: messageKey(id, language),
    queryFn: ({ signal }) => loadMessage(api, id, signal),
    refetchInterval: (query) =>
      query.state.data?.sheet.state === "delivering" && query.state.dataUpdateCount < DELIVERY_POLLS
        ? DELIVERY_POLL_MS
        : false,
  });
}

export function forgetLists(queries: QueryClient): void {
  for (const list of LISTS) void queries.invalidateQueries({ queryKey: [list] });
}

/** Takes the message as it stands after a change, so that page and lists show it. */
export function useSettle(): (view: MessageView) => void {
  const queries = useQueryClient();
  const { language } = useLanguage();
  return useCallback(
    (view) => {
      queries.setQueryData(messageKey(view.queue_id, language), view);
      forgetLists(queries);
    },
    [queries, language],
  );
}

/** The message as somebody else had left it, where that is why a change was refused. */
export function decidedView(error: unknown): MessageView | null {
  return error instanceof ApiProblem && error.kind === "already-decided" ? viewIn(error) : null;
}

/** The message with recipients who joined after it was read, where that is why it was not released. */
export function joinedView(error: unknown): MessageView | null {
  return error instanceof ApiProblem && error.kind === "recipients-joined" ? viewIn(error) : null;
}

function viewIn(error: ApiProblem): MessageView | null {
  return error.current && typeof error.current === "object" && "queue_id" in error.current
    ? (error.current as MessageView)
    : null;
}
