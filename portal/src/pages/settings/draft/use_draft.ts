/** The draft of a document: what was loaded, what has been changed, and saving it. It outlives reloading and signing on again. */
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useCallback, useState } from "react";

import { ApiProblem, type FieldProblem } from "../../../api/problem";
import { useApi } from "../../../app/api_context";
import type { SettingsDocument } from "../model/types";
import { type Loaded, loadSettings, sameDocument, saveSettings } from "./load";

/** Somebody else saved first: their document, and the version to write over. */
export interface Stale {
  readonly current: SettingsDocument;
}

export interface Draft {
  readonly loading: boolean;
  /** Loading failed. */
  readonly loadError: unknown;
  readonly reload: () => void;
  readonly document: SettingsDocument | null;
  readonly base: SettingsDocument | null;
  readonly etag: string;
  readonly dirty: boolean;
  readonly saving: boolean;
  /** Saving failed; not for what is stale, which has its own dialog. */
  readonly saveError: unknown;
  readonly problems: readonly FieldProblem[];
  readonly stale: Stale | null;
  /** The version that was just saved, 0 for none. */
  readonly savedAs: number;
  readonly change: (next: SettingsDocument) => void;
  readonly save: (comment: string) => void;
  readonly discard: () => void;
  /** Go on from what somebody else saved. */
  readonly takeTheirs: () => void;
  /** Save the draft over what somebody else saved. */
  readonly keepMine: (comment: string) => void;
  readonly closeStale: () => void;
}

interface Edit {
  readonly from: Loaded;
  readonly document: SettingsDocument;
}

const NO_PROBLEMS: readonly FieldProblem[] = [];

export function useDraft(scope: string): Draft {
  const api = useApi();
  const queries = useQueryClient();
  const key = ["settings", scope, "present"];
  const loaded = useQuery({ queryKey: key, queryFn: ({ signal }) => loadSettings(api, scope, signal) });
  const [edit, setEdit] = useState<Edit | null>(null);
  const [stale, setStale] = useState<Stale | null>(null);
  const [savedAs, setSavedAs] = useState(0);
  const from = edit?.from ?? loaded.data ?? null;
  const saving = useMutation({
    mutationFn: ({ from: { etag }, document, comment }: Edit & { comment: string }) =>
      saveSettings(api, scope, document, etag, comment),
    onSuccess: (saved) => {
      queries.setQueryData(key, saved);
      setEdit(null);
      setStale(null);
      setSavedAs(saved.document.version);
      // What counts, the history and the profile follow from it.
      void queries.invalidateQueries({ queryKey: ["settings"] });
      void queries.invalidateQueries({ queryKey: ["profile"] });
    },
    onError: (error) => {
      if (error instanceof ApiProblem && error.status === 412 && error.current) {
        setStale({ current: error.current as SettingsDocument });
      }
    },
  });
  const { mutate, reset } = saving;
  const change = useCallback(
    (next: SettingsDocument) => {
      if (!from) return;
      setSavedAs(0);
      setEdit(sameDocument(next, from.document) ? null : { from, document: next });
    },
    [from],
  );
  const error = saving.error;
  const isStale = error instanceof ApiProblem && error.status === 412;
  return {
    loading: loaded.isPending,
    loadError: loaded.data ? null : loaded.error,
    reload: () => void loaded.refetch(),
    document: edit?.document ?? from?.document ?? null,
    base: from?.document ?? null,
    etag: from?.etag ?? "",
    dirty: edit !== null,
    saving: saving.isPending,
    saveError: isStale ? null : error,
    problems: error instanceof ApiProblem && !isStale ? error.fields : NO_PROBLEMS,
    stale,
    savedAs,
    change,
    save: (comment) => {
      if (edit) mutate({ ...edit, comment });
    },
    discard: () => {
      setEdit(null);
      reset();
    },
    takeTheirs: () => {
      if (!stale) return;
      queries.setQueryData(key, { document: stale.current, etag: etagFor(stale.current) });
      setEdit(null);
      setStale(null);
      reset();
    },
    keepMine: (comment) => {
      if (!stale || !edit) return;
      const over = { from: { document: stale.current, etag: etagFor(stale.current) }, document: edit.document };
      setEdit(over);
      mutate({ ...over, comment });
    },
    closeStale: () => {
      setStale(null);
      reset();
    },
  };
}

/** The ETag of a document is its version (RFC 9110: in quotes). */
function etagFor(document: SettingsDocument): string {
  return `"${document.version.toString()}"`;
}
