/** A profile and its changes: each answers the whole profile anew. */
import { useMutation, useQuery, useQueryClient, type UseMutationResult } from "@tanstack/react-query";

import { type Api, bodyOf } from "../../api/client";
import { ApiProblem } from "../../api/problem";
import type { components } from "../../api/schema.gen";
import { useApi } from "../../app/api_context";

export type Profile = components["schemas"]["Profile"];
export type NoticeWishes = components["schemas"]["NoticeWishes"];

function keyOf(address: string): readonly unknown[] {
  return ["profile", address];
}

/** `me` is the reader. */
export function useProfile(address: string) {
  const api = useApi();
  return useQuery({
    queryKey: keyOf(address),
    queryFn: async ({ signal }) =>
      bodyOf(await api.GET("/api/v1/profiles/{address}", { params: { path: { address } }, signal })),
  });
}

export type Change<W> = UseMutationResult<Profile, Error, W>;

export function useChange<W>(address: string, change: (api: Api, wish: W) => Promise<{ data?: Profile }>): Change<W> {
  const api = useApi();
  const queries = useQueryClient();
  return useMutation({
    mutationFn: async (wish: W) => bodyOf(await change(api, wish)),
    onSuccess: (profile) => {
      queries.setQueryData(keyOf(address), profile);
      void queries.invalidateQueries({ queryKey: ["settings"] });
    },
    // Somebody else was first: what they saved is shown, and what was chosen here can be saved over it.
    onError: (error) => {
      if (error instanceof ApiProblem && error.status === 412 && error.current) {
        queries.setQueryData(keyOf(address), error.current);
      }
    },
  });
}
