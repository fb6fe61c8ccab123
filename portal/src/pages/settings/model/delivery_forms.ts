/** The forms of how mail leaves: routes and their servers, signatures, tries, and copies of one message. */
import type { Form } from "./field";
import type { Delivery, DkimKey, Gathering, NextHopServer, OAuthClient, Route, Signing } from "./types";

export const ROUTE_FORM: Form<Route, "servers"> = {
  title: "settings.part.routes",
  start: { servers: [], domains: [], name: "", signs: false, returns: false },
  fields: {
    name: { control: "text", label: "settings.route.name", hint: "settings.route.name_hint" },
    domains: { control: "texts", label: "settings.route.domains", hint: "settings.route.domains_hint" },
    signs: { control: "switch", label: "settings.route.signs", hint: "settings.route.signs_hint" },
    returns: { control: "switch", label: "settings.route.returns", hint: "settings.route.returns_hint" },
  },
};

/** Whether the connection may be encrypted at all, so that certificates mean something. */
function encrypts(server: NextHopServer): boolean {
  return server.implicit_tls || server.port === 465 || server.starttls !== "none";
}

function signsOn(server: NextHopServer): boolean {
  return server.username !== "" || server.password_secret !== "" || server.auth !== "auto";
}

export const SERVER_FORM: Form<NextHopServer> = {
  title: "settings.route.server",
  start: {
    host: "",
    port: 25,
    starttls: "opportunistic",
    implicit_tls: false,
    tls_name: "",
    ca: "",
    client_certificate_secret: "",
    auth: "auto",
    username: "",
    password_secret: "",
    oauth: null,
    priority: 0,
    weight: 1,
    connections: 10,
    messages_a_minute: 0,
    timeout_seconds: 60,
    egress: "direct",
  },
  fields: {
    host: { control: "code", label: "settings.server.host", required: true },
    port: { control: "number", label: "settings.server.port", least: 1, most: 65_535 },
    starttls: {
      control: "choice",
      label: "settings.server.starttls",
      words: {
        none: "settings.server.tls_none",
        opportunistic: "settings.server.tls_opportunistic",
        required: "settings.server.tls_required",
        verified: "settings.server.tls_verified",
      },
    },
    username: { control: "code", label: "settings.server.username", hint: "settings.server.username_hint" },
    password_secret: {
      control: "secret",
      label: "settings.server.password_secret",
      hint: "settings.server.password_secret_hint",
      shown: signsOn,
    },
    auth: {
      control: "choice",
      label: "settings.server.auth",
      words: {
        auto: "settings.server.auth_auto",
        plain: "settings.server.auth_plain",
        login: "settings.server.auth_login",
        xoauth2: "settings.server.auth_xoauth2",
      },
    },
    oauth: { control: "elsewhere", label: "settings.oauth.title", shown: (server) => server.auth === "xoauth2" },
    priority: { control: "number", label: "settings.server.priority", hint: "settings.server.priority_hint", least: 0, most: 1000 },
    weight: { control: "number", label: "settings.server.weight", hint: "settings.server.weight_hint", least: 1, most: 1000 },
    implicit_tls: { control: "switch", label: "settings.server.implicit_tls", hint: "settings.server.implicit_tls_hint" },
    tls_name: { control: "code", label: "settings.server.tls_name", hint: "settings.server.tls_name_hint", shown: encrypts },
    ca: { control: "certificates", label: "settings.server.ca", hint: "settings.server.ca_hint", shown: encrypts },
    client_certificate_secret: {
      control: "secret",
      label: "settings.server.client_certificate",
      hint: "settings.server.client_certificate_hint",
      shown: encrypts,
    },
    connections: {
      control: "number",
      label: "settings.server.connections",
      hint: "settings.server.connections_hint",
      least: 1,
      most: 100,
    },
    messages_a_minute: {
      control: "number",
      label: "settings.server.messages_a_minute",
      hint: "settings.server.messages_a_minute_hint",
      least: 0,
      most: 100_000,
    },
    timeout_seconds: {
      control: "number",
      label: "settings.server.timeout",
      least: 0.1,
      most: 600,
      unit: "policies.unit.seconds",
    },
    egress: {
      control: "choice",
      label: "settings.server.egress",
      hint: "settings.server.egress_hint",
      words: { direct: "settings.server.egress_direct", relay: "settings.server.egress_relay" },
    },
  },
};

/** What a server needs as a rule; the others are shown when they are asked for. */
export const SERVER_BASICS = ["host", "port", "starttls", "username", "password_secret"] as const;
export const SERVER_LIMITS = ["priority", "weight", "connections", "messages_a_minute", "timeout_seconds", "egress"] as const;
export const SERVER_TLS = ["implicit_tls", "tls_name", "client_certificate_secret", "ca"] as const;

export const OAUTH_FORM: Form<OAuthClient> = {
  title: "settings.oauth.title",
  start: { authority: "", client_id: "", scope: "https://outlook.office365.com/.default" },
  fields: {
    authority: { control: "code", label: "settings.oauth.authority", hint: "settings.oauth.authority_hint", required: true },
    client_id: { control: "code", label: "settings.oauth.client_id", required: true },
    scope: { control: "code", label: "settings.oauth.scope", required: true },
  },
};

export const DKIM_FORM: Form<DkimKey> = {
  title: "settings.dkim.title",
  start: { domain: "", selector: "", secret: "", active_from: null },
  fields: {
    domain: { control: "code", label: "settings.dkim.domain", hint: "settings.dkim.domain_hint", required: true },
    selector: { control: "code", label: "settings.dkim.selector", hint: "settings.dkim.selector_hint", required: true },
    secret: { control: "secret", label: "settings.dkim.secret", hint: "settings.dkim.secret_hint", required: true },
    active_from: { control: "moment", label: "settings.dkim.active_from", hint: "settings.dkim.active_from_hint" },
  },
};

export const SIGNING_FORM: Form<Signing, "dkim"> = {
  title: "settings.part.signing",
  start: { dkim: [], arc: false },
  fields: { arc: { control: "switch", label: "settings.signing.arc", hint: "settings.signing.arc_hint" } },
};

export const GATHERING_FORM: Form<Gathering> = {
  title: "settings.gathering.title",
  start: { window_seconds: 5, late_minutes: 60 },
  fields: {
    window_seconds: {
      control: "number",
      label: "settings.gathering.window",
      hint: "settings.gathering.window_hint",
      least: 0,
      most: 120,
      unit: "policies.unit.seconds",
    },
    late_minutes: {
      control: "number",
      label: "settings.gathering.late",
      hint: "settings.gathering.late_hint",
      least: 0,
      most: 1440,
      unit: "policies.unit.minutes",
    },
  },
};

export const DELIVERY_FORM: Form<Delivery> = {
  title: "settings.delivery.title",
  start: { deadline_hours: 48, first_pause_seconds: 60, longest_pause_seconds: 3600, delay_notice_hours: 4 },
  fields: {
    deadline_hours: {
      control: "number",
      label: "settings.delivery.deadline_hours",
      least: 0.01,
      most: 240,
      unit: "policies.unit.hours",
    },
    delay_notice_hours: {
      control: "number",
      label: "settings.delivery.delay_notice_hours",
      hint: "settings.delivery.delay_notice_hint",
      least: 0,
      most: 240,
      unit: "policies.unit.hours",
    },
    first_pause_seconds: {
      control: "number",
      label: "settings.delivery.first_pause_seconds",
      least: 0.01,
      most: 3600,
      unit: "policies.unit.seconds",
    },
    longest_pause_seconds: {
      control: "number",
      label: "settings.delivery.longest_pause_seconds",
      least: 0.01,
      most: 86_400,
      unit: "policies.unit.seconds",
    },
  },
};
