/** Who may act for the person: named with dates, taken away; those that an administrator named are fixed for the person. */
import { Badge, Button, Field, Input, makeStyles, Text, tokens } from "@fluentui/react-components";
import { AddRegular, DeleteRegular, LockClosedRegular } from "@fluentui/react-icons";
import { useState } from "react";

import { useMe } from "../../app/api_context";
import { ConfirmDialog } from "../../components/confirm_dialog";
import { ProblemView } from "../../components/problem_view";
import { Section } from "../../components/section";
import { useLanguage, useText } from "../../text/language";
import { DateRange } from "./date_range";
import { momentOf } from "./dates";
import { type Profile, useChange } from "./use_profile";

type Shown = Profile["proxies"][number];

const useStyles = makeStyles({
  list: { margin: 0, padding: 0, listStyleType: "none" },
  row: {
    display: "flex",
    flexWrap: "wrap",
    alignItems: "center",
    gap: tokens.spacingHorizontalM,
    padding: `${tokens.spacingVerticalS} 0`,
    borderBottom: `1px solid ${tokens.colorNeutralStroke3}`,
  },
  about: { flexGrow: 1, minWidth: "12rem", display: "flex", flexDirection: "column", overflowWrap: "anywhere" },
  badges: { display: "flex", flexWrap: "wrap", gap: tokens.spacingHorizontalXS },
  muted: { color: tokens.colorNeutralForeground2 },
  form: { display: "flex", flexWrap: "wrap", alignItems: "end", gap: tokens.spacingHorizontalM },
  address: { minWidth: "min(18rem, 100%)", flexGrow: 1 },
});

interface Props {
  readonly profile: Profile;
  readonly address: string;
}

export function Proxies({ profile, address }: Props) {
  const t = useText();
  const me = useMe();
  const styles = useStyles();
  const [leaving, setLeaving] = useState<Shown | null>(null);
  const removing = useChange(address, (api, proxy: string) =>
    api.DELETE("/api/v1/profiles/{address}/proxies/{proxy}", { params: { path: { address, proxy } } }),
  );
  const own = profile.address === me.address;
  return (
    <Section title={t("profile.proxies")}>
      <Text className={styles.muted}>{t("profile.proxies_lead")}</Text>
      {profile.proxies.length === 0 ? <Text>{t("profile.no_proxies")}</Text> : null}
      <ul className={styles.list} aria-label={t("profile.proxies")}>
        {profile.proxies.map((one) => (
          <li key={one.proxy.address} className={styles.row}>
            <About shown={one} />
            {profile.may_change && !(own && one.proxy.by_administrator) ? (
              <Button
                icon={<DeleteRegular />}
                aria-label={t("profile.remove_proxy", { name: one.name || one.proxy.address })}
                onClick={() => {
                  setLeaving(one);
                }}
              >
                {t("common.delete")}
              </Button>
            ) : null}
          </li>
        ))}
      </ul>
      {removing.error ? <ProblemView error={removing.error} /> : null}
      {profile.may_change && !(own && profile.kind === "shared") ? <AddProxy address={address} /> : null}
      <ConfirmDialog
        open={leaving !== null}
        title={t("profile.remove_proxy", { name: leaving?.name || leaving?.proxy.address || "" })}
        action={t("common.delete")}
        busy={removing.isPending}
        onCancel={() => {
          setLeaving(null);
        }}
        onConfirm={() => {
          if (leaving) removing.mutate(leaving.proxy.address);
          setLeaving(null);
        }}
      >
        {t("profile.remove_proxy_text")}
      </ConfirmDialog>
    </Section>
  );
}

function About({ shown: { proxy, name, acts_now: actsNow } }: { readonly shown: Shown }) {
  const t = useText();
  const styles = useStyles();
  const { language } = useLanguage();
  const day = (moment: string | null, before: boolean) =>
    moment ? new Date(new Date(moment).getTime() - (before ? 1 : 0)).toLocaleDateString(language, { dateStyle: "medium" }) : "";
  const range =
    proxy.since || proxy.until
      ? t("profile.range", { since: day(proxy.since, false), until: day(proxy.until, true) })
      : t("profile.always");
  return (
    <span className={styles.about}>
      <Text weight="semibold">{name || proxy.address}</Text>
      {name ? (
        <Text size={200} className={styles.muted}>
          {proxy.address}
        </Text>
      ) : null}
      <Text size={200}>{range}</Text>
      <span className={styles.badges}>
        <Badge appearance="tint" color={actsNow ? "success" : "informative"}>
          {t(actsNow ? "profile.acts_now" : "profile.acts_not_now")}
        </Badge>
        {proxy.by_administrator ? (
          <Badge appearance="tint" color="informative" icon={<LockClosedRegular />}>
            {t("profile.by_administrator")}
          </Badge>
        ) : null}
      </span>
    </span>
  );
}

function AddProxy({ address }: { readonly address: string }) {
  const t = useText();
  const styles = useStyles();
  const [proxy, setProxy] = useState("");
  const [dates, setDates] = useState({ since: "", until: "" });
  const adding = useChange(address, (api, wish: { proxy: string; since: string | null; until: string | null }) =>
    api.PUT("/api/v1/profiles/{address}/proxies/{proxy}", {
      params: { path: { address, proxy: wish.proxy } },
      body: { since: wish.since, until: wish.until },
    }),
  );
  return (
    <form
      className={styles.list}
      aria-label={t("profile.add_proxy")}
      onSubmit={(event) => {
        event.preventDefault();
        adding.mutate(
          { proxy: proxy.trim(), since: momentOf(dates.since), until: momentOf(dates.until, 1) },
          {
            onSuccess: () => {
              setProxy("");
              setDates({ since: "", until: "" });
            },
          },
        );
      }}
    >
      <div className={styles.form}>
        <Field className={styles.address} label={t("profile.proxy_address")} hint={t("profile.proxy_address_hint")} required>
          <Input
            type="email"
            value={proxy}
            onChange={(_, data) => {
              setProxy(data.value);
            }}
          />
        </Field>
        <DateRange
          since={dates.since}
          until={dates.until}
          required={false}
          onChange={(since, until) => {
            setDates({ since, until });
          }}
        />
        <Button type="submit" appearance="primary" icon={<AddRegular />} disabled={adding.isPending || proxy.trim() === ""}>
          {t("profile.add_proxy")}
        </Button>
      </div>
      {adding.error ? <ProblemView error={adding.error} /> : null}
    </form>
  );
}

