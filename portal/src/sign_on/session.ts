/** Sign-on with OpenID Connect through MSAL; tokens stay in this tab's session storage. */
import {
  AuthError,
  ProtocolMode,
  PublicClientApplication,
  type AccountInfo,
  type Configuration as MsalConfiguration,
} from "@azure/msal-browser";

import { ApiProblem, offline } from "../api/problem";
import type { Configuration } from "../configuration";

/** MSAL's codes for a provider that cannot be reached. */
const NO_NETWORK = new Set(["no_network_connectivity", "network_error", "get_request_failed", "post_request_failed"]);

export class Session {
  private ended: (() => void) | null = null;

  private constructor(
    private readonly msal: PublicClientApplication,
    private readonly scopes: string[],
    private account: AccountInfo | null,
  ) {}

  static async open(configuration: Configuration): Promise<Session> {
    if (isMessenger()) {
      // The page that opened this window or hidden frame waits for the answer, and closes it.
      const { broadcastResponseToMainFrame } = await import("@azure/msal-browser/redirect-bridge");
      await broadcastResponseToMainFrame();
      return new Promise(() => undefined);
    }
    const { authority, client_id, scopes, known_authorities, authority_metadata } = configuration.sign_on;
    const auth: MsalConfiguration["auth"] = {
      clientId: client_id,
      authority,
      redirectUri: `${window.location.origin}/`,
      postLogoutRedirectUri: `${window.location.origin}/`,
    };
    if (known_authorities.length) auth.knownAuthorities = [...known_authorities];
    if (authority_metadata) auth.authorityMetadata = authority_metadata;
    const msal = new PublicClientApplication({
      auth,
      cache: { cacheLocation: "sessionStorage" },
      // Another provider than Entra ID is spoken to by plain OpenID Connect.
      system: { protocolMode: known_authorities.length ? ProtocolMode.OIDC : ProtocolMode.AAD },
    });
    await msal.initialize();
    const returned = await msal.handleRedirectPromise();
    const account = returned?.account ?? msal.getAllAccounts()[0] ?? null;
    return new Session(msal, [...scopes], account);
  }

  get isSignedOn(): boolean {
    return this.account !== null;
  }

  /** Called when the session has ended in the middle of work. */
  onEnd(tell: () => void): void {
    this.ended = tell;
  }

  async signOn(): Promise<void> {
    await this.msal.loginRedirect({ scopes: this.scopes });
  }

  /** In a window of its own, so that what stands on the page stays. */
  async signOnAgain(): Promise<void> {
    const result = await this.msal.loginPopup({
      scopes: this.scopes,
      ...(this.account ? { loginHint: this.account.username } : {}),
    });
    this.account = result.account;
  }

  async signOut(): Promise<void> {
    await this.msal.logoutRedirect({ account: this.account });
  }

  async token(renew: boolean): Promise<string> {
    if (!this.account) return "";
    try {
      const result = await this.msal.acquireTokenSilent({
        scopes: this.scopes,
        account: this.account,
        forceRefresh: renew,
      });
      return result.accessToken;
    } catch (error) {
      if (error instanceof AuthError && NO_NETWORK.has(error.errorCode)) throw offline();
      // Whatever else keeps MSAL from a token (a frame that may not load, a provider that wants to ask) needs the person.
      this.ended?.();
      throw new ApiProblem(401, "sign-on-expired", "", "", [], undefined);
    }
  }
}

/** Whether this is there for another page to sign on: MSAL notes it in the state that the provider sends back. */
function isMessenger(): boolean {
  const state = new URLSearchParams(window.location.hash.slice(1)).get("state")?.split("|")[0] ?? "";
  try {
    const noted = JSON.parse(atob(state.replace(/-/g, "+").replace(/_/g, "/"))) as { meta?: { interactionType?: unknown } };
    return ["popup", "silent"].includes(noted.meta?.interactionType as string);
  } catch {
    return false; // nobody has been to the provider
  }
}
