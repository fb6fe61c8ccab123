/** Whether a page is one of the person's. What it may show of whom is for the API to say. */
import type { Me } from "./api_context";
import type { Page } from "./page";

/** Roles that reach everybody of the organisation; a group administrator reaches some groups. */
const WHOLE: readonly Me["roles"][number][] = ["auditor", "tenant-administrator", "incident-responder"];

export function reachesAll(me: Pick<Me, "roles">): boolean {
  return me.roles.some((role) => WHOLE.includes(role));
}

export function opens(me: Pick<Me, "roles" | "rights">, page: Pick<Page, "rights" | "wholeTenant">): boolean {
  if (page.wholeTenant && !reachesAll(me)) return false;
  return page.rights.some((right) => me.rights.includes(right));
}
