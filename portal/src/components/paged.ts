/** Lists of the API, page by page: `after` of one page asks for the next. */
import { useInfiniteQuery, type InfiniteData } from "@tanstack/react-query";
import { useCallback, useMemo } from "react";

import type { Loaded } from "./data_list";

export interface ListPage<Row> {
  readonly rows: readonly Row[];
  /** Empty at the end. */
  readonly after: string;
  /** How far back a search has looked; a page of a search may be short, even empty, and have a next one. */
  readonly searched_to?: string | null;
}

export function usePaged<Row>(
  key: readonly unknown[],
  load: (after: string, signal: AbortSignal) => Promise<ListPage<Row>>,
): Loaded<Row> {
  const query = useInfiniteQuery<ListPage<Row>, Error, InfiniteData<ListPage<Row>, string>, readonly unknown[], string>({
    queryKey: key,
    initialPageParam: "",
    queryFn: ({ pageParam, signal }) => load(pageParam, signal),
    getNextPageParam: (page) => page.after || undefined,
  });
  const { fetchNextPage, refetch } = query;
  const rows = useMemo(() => query.data?.pages.flatMap((page) => page.rows) ?? [], [query.data]);
  return {
    rows,
    isLoading: query.isPending,
    error: query.error,
    hasMore: query.hasNextPage,
    searchedTo: query.data?.pages.at(-1)?.searched_to ?? null,
    isLoadingMore: query.isFetchingNextPage,
    loadMore: useCallback(() => void fetchNextPage(), [fetchNextPage]),
    reload: useCallback(() => void refetch(), [refetch]),
  };
}
