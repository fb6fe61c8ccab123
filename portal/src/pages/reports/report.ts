/** The report as the API gives it, and what is worked out from it. */
import type { components } from "../../api/schema.gen";

export type Report = components["schemas"]["Report"];

export interface Outcomes {
  readonly released: number;
  readonly discarded: number;
  readonly expired: number;
  readonly denied: number;
  readonly waiting: number;
}

/** What became of held mail; what nobody has decided yet is the rest. */
export function outcomesOf(report: Report): Outcomes {
  const { released, discarded, expired, denied } = report;
  return { released, discarded, expired, denied, waiting: Math.max(0, report.held - released - discarded - expired - denied) };
}
