// The identity provider of local runs: OpenID Connect by a certified library, the demo people, no passwords. It plays
// Entra ID's part: one issuer for each directory, access tokens as JWTs with tid, oid, roles and scp, keys that rotate.
//
// Its argument is a file with one JSON object: {port, portal, client_id, audience, scope, state, directories: [{id, people:
// [{id, name, address, language, roles}]}]}. Listens on 127.0.0.1. Ids in the API's tokens are those of the directory.
import crypto from "node:crypto";
import fs from "node:fs";
import http from "node:http";
import path from "node:path";
import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";

// The library lies where ./dev installs Node packages, not above this file.
const require = createRequire(path.join(process.env.MATTA_NODE_MODULES, "here.js"));
const { Provider } = await import(pathToFileURL(require.resolve("oidc-provider")).href);

const settings = JSON.parse(fs.readFileSync(process.argv[2], "utf-8"));
const base = `http://127.0.0.1:${settings.port}`;
const ACCESS_SECONDS = Number(process.env.MATTA_ACCESS_SECONDS ?? 3600);

function newKey() {
  const { privateKey } = crypto.generateKeyPairSync("rsa", { modulusLength: 2048 });
  return { ...privateKey.export({ format: "jwk" }), use: "sig", alg: "RS256", kid: crypto.randomUUID() };
}

function keptKeys() {
  const file = path.join(settings.state, "identity-keys.json");
  if (!fs.existsSync(file)) fs.writeFileSync(file, JSON.stringify([newKey()]), { mode: 0o600 });
  return JSON.parse(fs.readFileSync(file, "utf-8"));
}

function escaped(text) {
  return String(text).replace(/[&<>"']/g, (letter) => `&#${letter.codePointAt(0)};`);
}

const keys = keptKeys();
const directories = new Map(settings.directories.map((directory) => [directory.id, open(directory)]));

function open(directory) {
  const people = new Map(directory.people.map((person) => [person.id, person]));
  const issuer = `${base}/${directory.id}/v2.0`;
  const provider = new Provider(issuer, {
    clients: [
      {
        client_id: settings.client_id,
        application_type: "native", // http on loopback is allowed for these alone
        token_endpoint_auth_method: "none",
        grant_types: ["authorization_code", "refresh_token"],
        response_types: ["code"],
        redirect_uris: [`${settings.portal}/`],
        post_logout_redirect_uris: [`${settings.portal}/`],
      },
    ],
    jwks: { keys },
    cookies: { keys: [crypto.randomBytes(32).toString("hex")], short: { path: "/" }, long: { path: "/" } },
    claims: { openid: ["sub", "oid", "tid"], profile: ["name", "preferred_username"], email: ["email"] },
    conformIdTokenClaims: false,
    scopes: ["openid", "profile", "email", "offline_access"],
    responseModes: ["query", "fragment"],
    pkce: { required: () => true },
    clientBasedCORS: (_context, origin) => origin === settings.portal,
    issueRefreshToken: async () => true,
    ttl: { AccessToken: ACCESS_SECONDS, IdToken: ACCESS_SECONDS, Session: 86400, Grant: 86400, RefreshToken: 86400, Interaction: 3600 },
    features: {
      devInteractions: { enabled: false },
      rpInitiatedLogout: { enabled: true, logoutSource, postLogoutSuccessSource },
      resourceIndicators: {
        enabled: true,
        defaultResource: () => settings.audience,
        useGrantedResource: () => true,
        getResourceServerInfo: () => ({
          scope: settings.scope,
          audience: settings.audience,
          accessTokenTTL: ACCESS_SECONDS,
          accessTokenFormat: "jwt",
          jwt: { sign: { alg: "RS256" } },
        }),
      },
    },
    formats: {
      customizers: {
        jwt(_context, token, parts) {
          const person = people.get(token.accountId);
          // One sign-on page for several organisations: a token is of the person's own directory, as Entra's is.
          const home = person?.home ?? directory.id;
          Object.assign(parts.payload, {
            iss: `${base}/${home}/v2.0`,
            nbf: parts.payload.iat,
            tid: home,
            oid: person?.id ?? "",
            name: person?.name ?? "",
            preferred_username: person?.address ?? "",
            roles: person?.roles ?? [],
            scp: settings.scope.split("/").at(-1),
            ver: "2.0",
          });
          return parts;
        },
      },
    },
    findAccount: (_context, id) => {
      const person = people.get(id);
      if (!person) return undefined;
      return {
        accountId: id,
        claims: () => ({
          sub: id,
          oid: person.id,
          tid: directory.id,
          name: person.name,
          preferred_username: person.address,
          email: person.address,
        }),
      };
    },
    interactions: { url: (_context, interaction) => `/${directory.id}/v2.0/choose/${interaction.uid}` },
    renderError: (context, out) => {
      context.type = "html";
      context.body = page("Error", `<p>${escaped(out.error)}: ${escaped(out.error_description ?? "")}</p>`);
    },
  });
  return { directory, people, provider, answer: provider.callback() };
}

function logoutSource(context, form) {
  // Nothing to ask here: whoever signs out on one machine means it.
  context.body = page(
    "Sign out",
    `${form}<p>サインアウトしますか / Sign out?</p><button autofocus type="submit" form="op.logoutForm" value="yes" name="logout">サインアウト / Sign out</button>`,
  );
}

function postLogoutSuccessSource(context) {
  context.body = page("Signed out", "<p>サインアウトしました / Signed out</p>");
}

function page(title, body) {
  return `<!doctype html><html lang="ja"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>${escaped(title)}</title><style>body{font:16px/1.6 sans-serif;max-width:36rem;margin:3rem auto;padding:0 1rem}
button{font:inherit;display:block;width:100%;text-align:start;padding:.7rem 1rem;margin:.4rem 0;cursor:pointer}small{color:#555}</style>
<h1>${escaped(title)}</h1>${body}`;
}

async function choose(found, request, response) {
  const { provider, people } = found;
  // The library strips the mount path itself when it finds its cookies, which name the whole path.
  const interaction = await provider.interactionDetails(request, response);
  if (request.method === "POST") {
    const chosen = new URLSearchParams(await bodyOf(request)).get("person");
    if (!people.has(chosen)) return plain(response, 400, "no such person");
    const grant = new provider.Grant({ accountId: chosen, clientId: interaction.params.client_id });
    grant.addOIDCScope("openid profile email offline_access");
    grant.addResourceScope(settings.audience, settings.scope);
    const grantId = await grant.save();
    await provider.interactionFinished(request, response, { login: { accountId: chosen }, consent: { grantId } });
    return undefined;
  }
  const hint = interaction.params.login_hint;
  const rows = [...people.values()]
    .sort((one, other) => Number(other.address === hint) - Number(one.address === hint))
    .map(
      (person) =>
        `<button name="person" value="${escaped(person.id)}">${escaped(person.name)}<br><small>${escaped(person.address)}${person.roles.map((role) => ` · ${escaped(role)}`).join("")}</small></button>`,
    );
  response.writeHead(200, { "content-type": "text/html; charset=utf-8", "cache-control": "no-store" });
  response.end(page("だれとしてサインインしますか / Sign on as", `<form method="post">${rows.join("")}</form>`));
  return undefined;
}

async function bodyOf(request) {
  const pieces = [];
  let size = 0;
  for await (const piece of request) {
    size += piece.length;
    if (size > 10_000) throw new Error("too long");
    pieces.push(piece);
  }
  return Buffer.concat(pieces).toString("utf-8");
}

function plain(response, status, text) {
  response.writeHead(status, { "content-type": "text/plain; charset=utf-8" });
  response.end(text);
}

// Entra renews for whoever asked for offline_access; the library forgets that scope unless consent is asked for, and later
// refuses the renewal that names it (OpenID Connect Core section 11).
function consented(url) {
  const prompt = url.searchParams.get("prompt") ?? "";
  if (url.searchParams.has("client_id") && prompt !== "none" && !prompt.split(" ").includes("consent")) {
    url.searchParams.set("prompt", `${prompt} consent`.trim());
  }
  return url.pathname + url.search;
}

const server = http.createServer((request, response) => {
  const url = new URL(request.url, base);
  if (url.pathname === "/health") return plain(response, 200, "ok");
  const [, id, version, step] = url.pathname.split("/");
  const found = directories.get(id);
  if (!found || version !== "v2.0") return plain(response, 404, "not found");
  if (step === "choose") {
    choose(found, request, response).catch((error) => {
      console.error(error);
      if (!response.headersSent) plain(response, 400, "this sign-on has ended; start again from the portal");
    });
    return undefined;
  }
  // Mounted below the directory: the library routes by what is left, and builds addresses from the whole.
  request.originalUrl = step === "auth" ? consented(url) : request.url;
  request.url = request.originalUrl.slice(`/${id}/v2.0`.length) || "/";
  found.answer(request, response);
  return undefined;
});
server.listen(settings.port, "127.0.0.1", () => console.log(`identity provider on ${base}`));
for (const signal of ["SIGINT", "SIGTERM"]) process.on(signal, () => process.exit(0));
