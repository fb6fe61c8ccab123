/** Errors of the API: problem+json (RFC 9457), or nothing at all where the network failed. */
export interface FieldProblem {
  readonly at: string;
  readonly problem: string;
}

export class ApiProblem extends Error {
  /** `kind` is the last word of the problem's type; `offline` where there was no answer. */
  constructor(
    readonly status: number,
    readonly kind: string,
    readonly title: string,
    readonly detail: string,
    readonly fields: readonly FieldProblem[],
    readonly current: unknown,
  ) {
    super(`${status.toString()} ${kind}`);
  }
}

interface Body {
  readonly type?: unknown;
  readonly title?: unknown;
  readonly detail?: unknown;
  readonly fields?: unknown;
  readonly current?: unknown;
}

function text(value: unknown): string {
  return typeof value === "string" ? value : "";
}

export async function problemOf(response: Response): Promise<ApiProblem> {
  const body = (await response
    .clone()
    .json()
    .catch(() => ({}))) as Body;
  const kind = text(body.type).replace(/^\/problems\//, "") || "unavailable";
  const fields = Array.isArray(body.fields) ? (body.fields as FieldProblem[]) : [];
  return new ApiProblem(response.status, kind, text(body.title), text(body.detail), fields, body.current);
}

export function offline(): ApiProblem {
  return new ApiProblem(0, "offline", "", "", [], undefined);
}
