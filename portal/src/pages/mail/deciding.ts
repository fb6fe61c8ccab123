/** What the reader has ticked, chosen and typed on the page of a held message, and the decision itself. */
import { useMutation } from "@tanstack/react-query";
import { useState } from "react";

import { bodyOf } from "../../api/client";
import { useApi } from "../../app/api_context";
import { type Choosing, choose, isNobodyLeft, type LeftOut, NOTHING_LEFT_OUT } from "./left_out";
import { decidedView, joinedView, type MessageView, useSettle } from "./message_queries";

export type Verb = "release" | "discard";

export interface Deciding {
  readonly ticked: ReadonlySet<number>;
  readonly onTick: (number: number, on: boolean) => void;
  /** Reasons that are not ticked yet. */
  readonly missing: number;
  readonly choosing: boolean;
  readonly onChoosing: (on: boolean) => void;
  /** For the lists whose entries can be left out; `null` while nothing is chosen. */
  readonly lists: Choosing | null;
  readonly leftOut: LeftOut;
  readonly nobodyLeft: boolean;
  readonly comment: string;
  readonly onComment: (comment: string) => void;
  /** Whether the last question is asked, and what it is or was about. */
  readonly asking: boolean;
  readonly verb: Verb;
  readonly onAsk: (verb: Verb | null) => void;
  readonly onConfirm: () => void;
  readonly busy: boolean;
  readonly error: unknown;
}

/** `onSettled` is told whether somebody else had decided before. */
export function useDeciding(view: MessageView, onSettled: (before: boolean) => void): Deciding {
  const api = useApi();
  const settle = useSettle();
  const [ticked, setTicked] = useState<ReadonlySet<number>>(new Set());
  const [choosing, setChoosing] = useState(false);
  const [leftOut, setLeftOut] = useState<LeftOut>(NOTHING_LEFT_OUT);
  const [comment, setComment] = useState("");
  const [asking, setAsking] = useState(false);
  const [verb, setVerb] = useState<Verb>("release");
  const people = view.sheet.groups.flatMap((group) => group.domains.flatMap((domain) => domain.people));
  const decide = useMutation({
    mutationFn: async () => {
      const release = verb === "release";
      const body = {
        verb,
        acknowledged: [...ticked],
        drop_recipients: release ? [...leftOut.recipients] : [],
        drop_attachments: release ? [...leftOut.files] : [],
        comment: release ? comment.trim() : "",
        shown: view.shown,
      };
      return bodyOf(
        await api.POST("/api/v1/messages/{queue_id}/decision", { params: { path: { queue_id: view.queue_id } }, body }),
      );
    },
    onSuccess: (after) => {
      settle(after);
      onSettled(false);
    },
    onError: (error) => {
      const joined = joinedView(error);
      if (joined) settle(joined);
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
    ticked,
    onTick: (number, on) => {
      setTicked((before) => {
        const next = new Set(before);
        if (on) next.add(number);
        else next.delete(number);
        return next;
      });
    },
    missing: view.reasons.filter(({ number }) => !ticked.has(number)).length,
    choosing,
    onChoosing: (on) => {
      setChoosing(on);
      if (!on) setLeftOut(NOTHING_LEFT_OUT);
    },
    lists:
      choosing && view.possible.release
        ? {
            leftOut,
            mayLeaveOut: new Set(view.possible.leave_out),
            mayLeaveOutFiles: view.possible.leave_out_files,
            onChoose: (kind, id, keep) => {
              setLeftOut((before) => choose(before, kind, id, keep));
            },
          }
        : null,
    leftOut,
    nobodyLeft: people.length > 0 && isNobodyLeft(leftOut, people),
    comment,
    onComment: setComment,
    asking,
    verb,
    onAsk: (wanted) => {
      decide.reset();
      if (wanted) setVerb(wanted);
      setAsking(wanted !== null);
    },
    onConfirm: () => {
      decide.mutate();
    },
    busy: decide.isPending,
    error: decidedView(decide.error) ? null : decide.error,
  };
}
