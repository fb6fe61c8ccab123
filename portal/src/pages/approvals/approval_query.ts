/** From the address of the page of approvals to what the API is asked, and from a row to how its request stands. */
import type { components } from "../../api/schema.gen";
import { dayEnd, dayStart } from "../../components/days";

export type ApprovalStatus = components["schemas"]["ApprovalStatus"];
export type ApprovalTab = "open" | "asked" | "requested";

export const APPROVAL_STATUSES: readonly ApprovalStatus[] = [
  "open",
  "approved",
  "denied",
  "withdrawn",
  "expired",
  "lapsed",
];

/** The parameters of the page's address. */
export const APPROVAL_FILTERS = ["tab", "requester", "subject", "status", "since", "until"] as const;
export type ApprovalValues = Readonly<Partial<Record<(typeof APPROVAL_FILTERS)[number], string>>>;

export interface ApprovalQuery {
  readonly view: "asked" | "requested";
  readonly status?: ApprovalStatus;
  readonly requester?: string;
  readonly subject?: string;
  readonly since?: string;
  readonly until?: string;
}

export function tabOf(text: string): ApprovalTab {
  return text === "asked" || text === "requested" ? text : "open";
}

/** A value that is no date or no state is left out. */
export function approvalQuery(tab: ApprovalTab, values: ApprovalValues): ApprovalQuery {
  if (tab === "open") return { view: "asked", status: "open" };
  const status = APPROVAL_STATUSES.find((one) => one === values.status);
  const [requester, subject] = [tab === "asked" ? values.requester : "", values.subject];
  const [since, until] = [dayStart(values.since ?? ""), dayEnd(values.until ?? "")];
  return {
    view: tab,
    ...(status ? { status } : {}),
    ...(requester ? { requester } : {}),
    ...(subject ? { subject } : {}),
    ...(since ? { since } : {}),
    ...(until ? { until } : {}),
  };
}

interface Row {
  readonly approval: string;
  readonly state: components["schemas"]["State"];
}

/** As the API tells them apart in its searches. */
export function statusOf({ approval, state }: Row): ApprovalStatus {
  if (approval === "open" || approval === "approved" || approval === "denied") return approval;
  if (state === "discarded") return "withdrawn";
  return state === "expired" ? "expired" : "lapsed";
}
