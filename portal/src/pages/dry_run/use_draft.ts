/** Which settings are tried: the present ones, or a draft made of them. */
import { useQuery } from "@tanstack/react-query";
import { useMemo, useState } from "react";

import { bodyOf } from "../../api/client";
import { useApi, useMe } from "../../app/api_context";
import { reachesAll } from "../../app/opens";
import { keptDraft, type TenantSettings } from "./kept_draft";

export const SOURCES = ["present", "switches", "file", "kept"] as const;
export type Source = (typeof SOURCES)[number];

export interface DraftFile {
  readonly name: string;
  readonly document: TenantSettings;
}

/** Ids of rules or policies whose switch stands otherwise than now. */
export type Flipped = ReadonlySet<string>;

export interface Draft {
  readonly present: TenantSettings | undefined;
  readonly source: Source;
  readonly choose: (source: Source) => void;
  readonly sources: readonly Source[];
  readonly keptName: string;
  readonly flipped: Flipped;
  readonly flip: (id: string) => void;
  readonly file: DraftFile | null;
  readonly setFile: (file: DraftFile | null) => void;
  /** `null` for the present settings. */
  readonly document: TenantSettings | null;
  /** False while a draft was chosen and is not there yet. */
  readonly isReady: boolean;
}

export const ruleKey = (id: string) => `rule:${id}`;
export const policyKey = (id: string) => `policy:${id}`;

function flippedSettings(present: TenantSettings, flipped: Flipped): TenantSettings {
  return {
    ...present,
    rules: (present.rules ?? []).map((rule) => (flipped.has(ruleKey(rule.id)) ? { ...rule, enabled: !rule.enabled } : rule)),
    policies: present.policies.map((policy) =>
      flipped.has(policyKey(policy.id)) ? { ...policy, enabled: !policy.enabled } : policy,
    ),
  };
}

export function useDraft(wanted: string, onSource: (source: Source) => void): Draft {
  const api = useApi();
  // Who may not see all settings can still try the present ones.
  const settings = useQuery({
    queryKey: ["settings", "tenant", "dry-run"],
    queryFn: async ({ signal }) => bodyOf(await api.GET("/api/v1/settings/tenant", { signal })),
    retry: false,
    enabled: reachesAll(useMe()),
  });
  const [kept] = useState(keptDraft);
  const [flipped, setFlipped] = useState<Flipped>(new Set());
  const [file, setFile] = useState<DraftFile | null>(null);
  const present = settings.data;
  const sources = SOURCES.filter((one) => one === "present" || (present && (one !== "kept" || kept)));
  const source = sources.find((one) => one === wanted) ?? "present";
  const document = useMemo(() => {
    if (!present || source === "present") return null;
    if (source === "switches") return flipped.size > 0 ? flippedSettings(present, flipped) : null;
    return (source === "file" ? file?.document : kept?.document) ?? null;
  }, [present, source, flipped, file, kept]);
  return {
    present,
    source,
    choose: onSource,
    sources,
    keptName: kept?.name ?? "",
    flipped,
    flip: (id) => {
      setFlipped((before) => {
        const after = new Set(before);
        if (!after.delete(id)) after.add(id);
        return after;
      });
    },
    file,
    setFile,
    document,
    isReady: source !== "file" || file !== null,
  };
}
