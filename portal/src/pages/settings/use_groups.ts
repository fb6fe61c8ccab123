/** The groups that settings can name: those of the directory that the reader may see, else the reader's own. */
import { useQuery } from "@tanstack/react-query";

import { bodyOf } from "../../api/client";
import { may, useApi, useMe } from "../../app/api_context";
import type { Named } from "./draft/editor_context";

/** More than these are named by typing: a form with thousands of groups helps nobody. */
const MOST = 200;

export function useGroups(): readonly Named[] {
  const api = useApi();
  const me = useMe();
  const mayList = may(me, "read-people");
  const listed = useQuery({
    queryKey: ["groups", "names"],
    enabled: mayList,
    queryFn: async ({ signal }) =>
      bodyOf(await api.GET("/api/v1/groups", { params: { query: { limit: MOST } }, signal })).rows,
  });
  if (mayList && listed.data) return listed.data;
  return me.groups.map((id) => ({ id, name: "" }));
}
