/** A tenant as it is typed into the form, and as the API takes it. */
import type { components } from "../../api/schema.gen";
import { dayEnd, dayOf } from "../../components/days";
import { linesOf } from "../people/entries";
import { SERVER_FORM } from "../settings/model/delivery_forms";

type TenantEdit = components["schemas"]["TenantEdit"];
type TenantCreation = components["schemas"]["TenantCreation"];
type TenantView = components["schemas"]["TenantView"];

export interface TypedTenant {
  readonly tenantId: string;
  readonly name: string;
  readonly domains: string;
  readonly plan: TenantEdit["plan"];
  /** The last day of the trial. */
  readonly trialEnds: string;
  readonly entra: string;
  readonly comment: string;
  readonly host: string;
  readonly port: number;
  readonly starttls: TenantCreation["next_hop"]["starttls"];
  readonly peers: string;
  readonly exchangeTenant: string;
  readonly hosts: string;
  /** DKIM keys, one on each line: domain, selector, name of the secret, and from when on. */
  readonly dkim: string;
  readonly administrator: string;
}

export const NEW_TENANT: TypedTenant = {
  tenantId: "",
  name: "",
  domains: "",
  plan: "trial",
  trialEnds: "",
  entra: "",
  comment: "",
  host: "",
  port: 25,
  starttls: "opportunistic",
  peers: "",
  exchangeTenant: "",
  hosts: "",
  dkim: "",
  administrator: "",
};

export function isTenantId(text: string): boolean {
  return /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/.test(text);
}

export function isDirectoryId(text: string): boolean {
  return /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(text.trim());
}

type DkimKey = components["schemas"]["DkimKey"];

export function keyLine({ domain, selector, secret, active_from }: DkimKey): string {
  return [domain, selector, secret, active_from ?? ""].join(" ").trim();
}

/** The keys that the lines name; nothing where a line is none. */
export function keysOf(text: string): DkimKey[] | null {
  const keys = [];
  for (const line of text.split("\n").filter((one) => one.trim())) {
    const [domain, selector, secret, from, ...rest] = line.trim().split(/\s+/);
    if (!domain || !selector || !secret || rest.length > 0 || (from && Number.isNaN(Date.parse(from)))) return null;
    keys.push({ domain, selector, secret, active_from: from ? new Date(from).toISOString() : null });
  }
  return keys;
}

export function typedOf(view: TenantView): TypedTenant {
  return {
    ...NEW_TENANT,
    tenantId: view.tenant_id,
    name: view.name,
    domains: view.domains.join("\n"),
    plan: view.plan,
    // It ends when the next day begins, so the last day is the one just before.
    trialEnds: view.trial_ends_at ? dayOf(new Date(Date.parse(view.trial_ends_at) - 1)) : "",
    entra: view.entra_tenant,
    peers: view.peers.join("\n"),
    exchangeTenant: view.exchange_tenant,
    hosts: view.hosts.join("\n"),
    dkim: view.dkim.map(keyLine).join("\n"),
  };
}

export function editOf(typed: TypedTenant): TenantEdit {
  return {
    name: typed.name.trim(),
    domains: linesOf(typed.domains),
    plan: typed.plan,
    trial_ends_at: (typed.plan === "trial" && dayEnd(typed.trialEnds)) || null,
    entra_tenant: typed.entra.trim().toLowerCase(),
    peers: linesOf(typed.peers),
    exchange_tenant: typed.exchangeTenant.trim().toLowerCase(),
    hosts: linesOf(typed.hosts),
    dkim: keysOf(typed.dkim) ?? [],
    comment: typed.comment.trim(),
  };
}

export function creationOf(typed: TypedTenant): TenantCreation {
  return {
    ...editOf(typed),
    tenant_id: typed.tenantId,
    next_hop: { ...SERVER_FORM.start, host: typed.host.trim(), port: typed.port, starttls: typed.starttls },
    administrator: typed.administrator.trim(),
  };
}
