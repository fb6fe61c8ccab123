/** The settings of a scope: loading and saving them, and the names that they can use. One place knows both sorts of routes. */
import type { Api } from "../../../api/client";
import { bodyOf, etagOf } from "../../../api/client";
import type { Difference, SettingsDocument } from "../model/types";
import { isTenant } from "../model/types";
import type { Named } from "./editor_context";

export interface Loaded {
  readonly document: SettingsDocument;
  readonly etag: string;
}

export async function loadSettings(api: Api, scope: string, signal?: AbortSignal): Promise<Loaded> {
  const more = signal ? { signal } : {};
  if (scope === "tenant") {
    const answer = await api.GET("/api/v1/settings/tenant", more);
    return { document: bodyOf(answer), etag: etagOf(answer.response) };
  }
  const answer = await api.GET("/api/v1/settings/scope", { params: { query: { scope } }, ...more });
  return { document: bodyOf(answer), etag: etagOf(answer.response) };
}

export async function saveSettings(
  api: Api,
  scope: string,
  document: SettingsDocument,
  etag: string,
  comment: string,
): Promise<Loaded> {
  const header = { "If-Match": etag };
  if (isTenant(document)) {
    const answer = await api.PUT("/api/v1/settings/tenant", { params: { header, query: { comment } }, body: document });
    return { document: bodyOf(answer), etag: etagOf(answer.response) };
  }
  const answer = await api.PUT("/api/v1/settings/scope", { params: { header, query: { scope, comment } }, body: document });
  return { document: bodyOf(answer), etag: etagOf(answer.response) };
}

/** What saving would change of what is stored now. Throws as saving would. */
export async function checkSettings(api: Api, scope: string, document: SettingsDocument): Promise<readonly Difference[]> {
  const answer = isTenant(document)
    ? await api.POST("/api/v1/settings/tenant/check", { body: document })
    : await api.POST("/api/v1/settings/scope/check", { params: { query: { scope } }, body: document });
  return bodyOf(answer).differences;
}

export async function compareVersions(
  api: Api,
  scope: string,
  old: number,
  next: number,
  signal?: AbortSignal,
): Promise<readonly Difference[]> {
  const query = { scope, old, new: next };
  const answer = await api.GET("/api/v1/settings/comparison", { params: { query }, ...(signal ? { signal } : {}) });
  return bodyOf(answer).differences;
}

/** Address lists and templates of the levels above, out of what counts for the scope. */
export interface NamesAbove {
  readonly lists: readonly Named[];
  readonly templates: readonly Named[];
}

export async function loadNamesAbove(api: Api, scope: string, signal: AbortSignal): Promise<NamesAbove> {
  const view = bodyOf(await api.GET("/api/v1/settings/effective", { params: { query: { scope } }, signal }));
  const named = (collection: string): readonly Named[] =>
    view.values.flatMap(({ path, value }) => {
      if (!path.startsWith(`${collection}[`) || typeof value !== "object" || value === null) return [];
      const { id, name } = value as { id?: unknown; name?: unknown };
      return typeof id === "string" ? [{ id, name: typeof name === "string" ? name : "" }] : [];
    });
  return { lists: named("lists"), templates: named("templates") };
}

export function sameDocument(one: SettingsDocument, other: SettingsDocument): boolean {
  return one === other || JSON.stringify(one) === JSON.stringify(other);
}

