/** What the page must know before anybody signs on: where the API is, and how it wants people to sign on. */
import type { components } from "./api/schema.gen";
import { offline, problemOf } from "./api/problem";

export type PortalConfiguration = components["schemas"]["PortalConfiguration"];

export interface Configuration extends PortalConfiguration {
  readonly api_url: string;
}

interface Static {
  readonly api_url: string;
}

/** `/config.json` lies beside the page's own files and is written where it is put up. */
export async function loadConfiguration(): Promise<Configuration> {
  const local = (await fetched("/config.json")) as Static;
  const api = local.api_url.replace(/\/$/, "");
  const served = (await fetched(`${api}/api/v1/configuration`)) as PortalConfiguration;
  return { ...served, api_url: api };
}

async function fetched(url: string): Promise<unknown> {
  let response: Response;
  try {
    response = await fetch(url, { cache: "no-store", credentials: "omit" });
  } catch {
    throw offline();
  }
  if (!response.ok) throw await problemOf(response);
  return response.json();
}
