import { describe, expect, it } from "vitest";

import { DELIVERY_FORM, OAUTH_FORM, SERVER_BASICS, SERVER_FORM, SERVER_LIMITS, SERVER_TLS } from "./delivery_forms";
import { type AnyValue, anyForm, changed } from "./field";
import { knownSecrets } from "./known_secrets";
import type { TenantSettings } from "./types";

const form = anyForm(SERVER_FORM);
const server: AnyValue = { ...SERVER_FORM.start, host: "smtp.example" };

describe("a next hop's form", () => {
  it("has each field in one place", () => {
    const placed: readonly string[] = [...SERVER_BASICS, ...SERVER_LIMITS, ...SERVER_TLS, "auth", "oauth"];
    expect([...placed].sort()).toEqual(Object.keys(form.fields).sort());
  });
  it("has no certificates where nothing is encrypted", () => {
    const before = { ...server, ca: "PEM", tls_name: "a.example", client_certificate_secret: "c" };
    expect(changed(form, before, "starttls", "none")).toMatchObject({ ca: "", tls_name: "", client_certificate_secret: "" });
    expect(changed(form, { ...before, port: 465 }, "starttls", "none")).toMatchObject({ ca: "PEM" });
  });
  it("has an application with XOAUTH2 alone", () => {
    const before = { ...server, auth: "xoauth2", oauth: OAUTH_FORM.start };
    expect(changed(form, before, "username", "u")).toMatchObject({ oauth: OAUTH_FORM.start });
    expect(changed(form, before, "auth", "login")).toMatchObject({ oauth: null });
  });
});

describe("names of secrets", () => {
  it("are those that stand in the same field", () => {
    const document: Partial<TenantSettings> = {
      domains: ["a.example"],
      routes: [
        {
          name: "",
          domains: [],
          signs: false,
          returns: false,
          servers: [
            { ...SERVER_FORM.start, password_secret: "two" },
            { ...SERVER_FORM.start, password_secret: "one", client_certificate_secret: "card" },
            { ...SERVER_FORM.start, password_secret: "two" },
          ],
        },
      ],
      signing: { arc: false, dkim: [{ domain: "a.example", selector: "s", secret: "key", active_from: null }] },
      delivery: DELIVERY_FORM.start,
    };
    const found = document as TenantSettings;
    expect(knownSecrets(found, "password_secret")).toEqual(["one", "two"]);
    expect(knownSecrets(found, "client_certificate_secret")).toEqual(["card"]);
    expect(knownSecrets(found, "secret")).toEqual(["key"]);
    expect(knownSecrets(found, "host")).toEqual([]);
  });
});
