/** The typed client of the API; its types are made from the served OpenAPI document. */
import createClient, { type Client, type Middleware } from "openapi-fetch";

import { ApiProblem, offline, problemOf } from "./problem";
import type { paths } from "./schema.gen";

export type Api = Client<paths>;

interface TokenSource {
  /** A token for the API; `renew` asks for a new one although the present one seems good. */
  token(renew: boolean): Promise<string>;
  readonly language: () => string;
}

/** Every answer that is not a success is thrown as an `ApiProblem`. */
export function makeApi(baseUrl: string, source: TokenSource): Api {
  const api = createClient<paths>({ baseUrl, cache: "no-store", fetch: (request) => send(request, source) });
  const problems: Middleware = {
    async onResponse({ response }) {
      if (!response.ok) throw await problemOf(response);
      return undefined;
    },
  };
  api.use(problems);
  return api;
}

async function send(request: Request, source: TokenSource): Promise<Response> {
  request.headers.set("Accept-Language", source.language());
  const again = request.clone();
  const first = await withToken(request, await source.token(false));
  return first.status === 401 ? withToken(again, await source.token(true)) : first;
}

async function withToken(request: Request, token: string): Promise<Response> {
  if (token) request.headers.set("Authorization", `Bearer ${token}`);
  try {
    return await fetch(request);
  } catch (error) {
    if (error instanceof ApiProblem || (error instanceof DOMException && error.name === "AbortError")) throw error;
    throw offline();
  }
}

/** The model of a successful answer. */
export function bodyOf<T>(answer: { data?: T }): T {
  if (answer.data === undefined) throw offline();
  return answer.data;
}

/** The version of what was loaded, for If-Match. */
export function etagOf(response: Response): string {
  return response.headers.get("ETag") ?? "";
}
