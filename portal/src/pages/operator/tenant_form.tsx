/** What the operator sets of a tenant, for creating and for editing; a new one has a few fields more. */
import { Button, Field, Input, makeStyles, Select, SpinButton, Textarea, tokens } from "@fluentui/react-components";
import { useState, type SyntheticEvent } from "react";

import { useText } from "../../text/language";
import { isAddress, linesOf } from "../people/entries";
import { isDirectoryId, isTenantId, keysOf, type TypedTenant } from "./typed_tenant";

const useStyles = makeStyles({
  form: { display: "flex", flexDirection: "column", gap: tokens.spacingVerticalM, maxWidth: "36rem" },
  buttons: { display: "flex", gap: tokens.spacingHorizontalS },
  row: {
    display: "grid",
    gap: tokens.spacingHorizontalM,
    gridTemplateColumns: "repeat(auto-fit, minmax(min(100%, 10rem), 1fr))",
    // A choice is as wide as its longest word allows, and may be narrower here.
    "& > *, & .fui-Select, & select": { minWidth: 0, width: "100%" },
  },
});

interface Props {
  readonly isNew: boolean;
  readonly start: TypedTenant;
  readonly busy: boolean;
  readonly onSave: (typed: TypedTenant) => void;
  readonly onCancel: () => void;
}

export function TenantForm({ isNew, start, busy, onSave, onCancel }: Props) {
  const t = useText();
  const styles = useStyles();
  const [typed, setTyped] = useState(start);
  const [tried, setTried] = useState(false);
  const put = (change: Partial<TypedTenant>) => {
    setTyped((before) => ({ ...before, ...change }));
  };
  const problems: Partial<Record<keyof TypedTenant, string>> = {
    ...(isNew && !isTenantId(typed.tenantId) ? { tenantId: t("operator.wrong_id") } : {}),
    ...(typed.name.trim() ? {} : { name: t("operator.required") }),
    ...(linesOf(typed.domains).length > 0 ? {} : { domains: t("operator.required") }),
    ...(typed.entra && !isDirectoryId(typed.entra) ? { entra: t("operator.wrong_entra") } : {}),
    ...(typed.exchangeTenant && !isDirectoryId(typed.exchangeTenant) ? { exchangeTenant: t("operator.wrong_entra") } : {}),
    ...(keysOf(typed.dkim) ? {} : { dkim: t("operator.wrong_dkim") }),
    ...(isNew && !typed.host.trim() ? { host: t("operator.required") } : {}),
    ...(isNew && typed.administrator && !isAddress(typed.administrator.trim()) ? { administrator: t("people.wrong_address") } : {}),
  };
  const wrong = (name: keyof TypedTenant) => (tried && problems[name] ? { validationMessage: problems[name] } : {});
  function submit(event: SyntheticEvent) {
    event.preventDefault();
    setTried(true);
    if (Object.keys(problems).length === 0) onSave(typed);
  }
  const input = (name: "tenantId" | "name" | "entra" | "exchangeTenant" | "host" | "administrator" | "comment", most: number) => (
    <Input
      value={typed[name]}
      maxLength={most}
      onChange={(_, data) => {
        put({ [name]: data.value });
      }}
    />
  );
  const lines = (name: "domains" | "peers" | "hosts" | "dkim", rows: number) => (
    <Textarea
      value={typed[name]}
      rows={rows}
      onChange={(_, data) => {
        put({ [name]: data.value });
      }}
    />
  );
  return (
    <form className={styles.form} onSubmit={submit} noValidate>
      {isNew ? (
        <Field label={t("operator.tenant_id")} hint={t("operator.tenant_id_hint")} required {...wrong("tenantId")}>
          {input("tenantId", 63)}
        </Field>
      ) : null}
      <Field label={t("operator.name")} required {...wrong("name")}>
        {input("name", 200)}
      </Field>
      <Field label={t("operator.domains")} hint={t("operator.domains_hint")} required {...wrong("domains")}>
        {lines("domains", 3)}
      </Field>
      <div className={styles.row}>
        <Field label={t("operator.plan")}>
          <Select
            value={typed.plan}
            onChange={(_, data) => {
              put({ plan: data.value as TypedTenant["plan"] });
            }}
          >
            {(["trial", "standard", "premium"] as const).map((plan) => (
              <option key={plan} value={plan}>
                {t(`operator.plan.${plan}`)}
              </option>
            ))}
          </Select>
        </Field>
        {typed.plan === "trial" ? (
          <Field label={t("operator.trial_ends")}>
            <Input
              type="date"
              value={typed.trialEnds}
              onChange={(_, data) => {
                put({ trialEnds: data.value });
              }}
            />
          </Field>
        ) : null}
      </div>
      <Field label={t("operator.entra")} hint={t("operator.entra_hint")} {...wrong("entra")}>
        {input("entra", 36)}
      </Field>
      <Field label={t("operator.peers")} hint={t("operator.peers_hint")}>
        {lines("peers", 2)}
      </Field>
      <Field label={t("operator.exchange_tenant")} hint={t("operator.exchange_tenant_hint")} {...wrong("exchangeTenant")}>
        {input("exchangeTenant", 36)}
      </Field>
      <Field label={t("operator.hosts")} hint={t("operator.hosts_hint")}>
        {lines("hosts", 2)}
      </Field>
      <Field label={t("operator.dkim")} hint={t("operator.dkim_hint")} {...wrong("dkim")}>
        {lines("dkim", 2)}
      </Field>
      {isNew ? (
        <>
          <Field label={t("operator.next_hop")} required {...wrong("host")}>
            {input("host", 253)}
          </Field>
          <div className={styles.row}>
            <Field label={t("operator.port")}>
              <SpinButton
                min={1}
                max={65535}
                value={typed.port}
                onChange={(_, data) => {
                  const port = data.value ?? Number.parseInt(data.displayValue ?? "", 10);
                  if (Number.isInteger(port) && port >= 1 && port <= 65535) put({ port });
                }}
              />
            </Field>
            <Field label={t("operator.starttls")}>
              <Select
                value={typed.starttls}
                onChange={(_, data) => {
                  put({ starttls: data.value as TypedTenant["starttls"] });
                }}
              >
                {(["verified", "required", "opportunistic", "none"] as const).map((one) => (
                  <option key={one} value={one}>
                    {t(`operator.starttls.${one}`)}
                  </option>
                ))}
              </Select>
            </Field>
          </div>
          <Field label={t("operator.administrator")} {...wrong("administrator")}>
            {input("administrator", 320)}
          </Field>
        </>
      ) : null}
      <Field label={t("operator.comment")}>{input("comment", 500)}</Field>
      <div className={styles.buttons}>
        <Button type="submit" appearance="primary" disabled={busy}>
          {isNew ? t("operator.add") : t("common.save")}
        </Button>
        <Button type="button" disabled={busy} onClick={onCancel}>
          {t("common.cancel")}
        </Button>
      </div>
    </form>
  );
}
