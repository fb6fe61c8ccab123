/** The names of secrets that settings use already, by the field that they stand in. */
import { isTenant, type SettingsDocument } from "./types";

export function knownSecrets(document: SettingsDocument, field: string): readonly string[] {
  if (!isTenant(document)) return [];
  const servers = document.routes.flatMap((route) => route.servers);
  const names: Readonly<Record<string, readonly string[]>> = {
    password_secret: servers.map((server) => server.password_secret),
    client_certificate_secret: servers.map((server) => server.client_certificate_secret),
    secret: document.signing.dkim.map((key) => key.secret),
  };
  return [...new Set(names[field] ?? [])].filter((name) => name !== "").sort();
}
