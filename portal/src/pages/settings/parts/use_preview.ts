/** A preview that follows what is typed, a moment after the last key. */
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useEffect, useState } from "react";

const PAUSE_MS = 500;

export interface Preview<T> {
  readonly data: T | undefined;
  readonly error: unknown;
  readonly loading: boolean;
}

export function usePreview<D, T>(name: string, draft: D, load: (draft: D, signal: AbortSignal) => Promise<T>): Preview<T> {
  const key = JSON.stringify(draft);
  const [settled, setSettled] = useState({ key, draft });
  useEffect(() => {
    if (settled.key === key) return undefined;
    const later = window.setTimeout(() => {
      setSettled({ key, draft });
    }, PAUSE_MS);
    return () => {
      window.clearTimeout(later);
    };
  }, [settled.key, key, draft]);
  const query = useQuery({
    queryKey: ["preview", name, settled.key],
    queryFn: ({ signal }) => load(settled.draft, signal),
    placeholderData: keepPreviousData,
    staleTime: Infinity,
    gcTime: 60_000,
  });
  return { data: query.data, error: query.error, loading: query.isFetching };
}
