/** The API client and the person who is signed on, for every page. */
import { createContext, useContext } from "react";

import type { Api } from "../api/client";
import type { components } from "../api/schema.gen";
import type { Session } from "../sign_on/session";

export type Me = components["schemas"]["Me"];
export type Right = Me["rights"][number];

export interface Signed {
  readonly api: Api;
  readonly me: Me;
  readonly session: Session;
  /** Of the service, as the API says it. */
  readonly version: string;
}

export const SignedContext = createContext<Signed | null>(null);

function useSigned(): Signed {
  const found = useContext(SignedContext);
  if (!found) throw new Error("nobody is signed on here");
  return found;
}

export function useApi(): Api {
  return useSigned().api;
}

export function useMe(): Me {
  return useSigned().me;
}

export function useSession(): Session {
  return useSigned().session;
}

export function useVersion(): string {
  return useSigned().version;
}

/** Whether the person may at all; how far it reaches is for the API to say. */
export function may(me: Me, ...rights: readonly Right[]): boolean {
  return rights.some((right) => me.rights.includes(right));
}
