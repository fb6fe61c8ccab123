/** A person: who they are, who may act for them, when they are away, how they are told. One's own, or `?person=ADDRESS`. */
import { makeStyles, MessageBar, MessageBarBody, Spinner, tokens } from "@fluentui/react-components";
import { Link, useSearchParams } from "react-router";

import { Facts } from "../../components/facts";
import { PageFrame } from "../../components/page_frame";
import { ProblemView } from "../../components/problem_view";
import { Section } from "../../components/section";
import { useText } from "../../text/language";
import { Absences } from "./absences";
import { Proxies } from "./proxies";
import { Told } from "./told";
import { type Profile, useProfile } from "./use_profile";

const useStyles = makeStyles({
  content: { display: "flex", flexDirection: "column", gap: tokens.spacingVerticalL, maxWidth: "56rem", minWidth: 0 },
  link: { color: tokens.colorBrandForegroundLink, alignSelf: "start" },
  list: { margin: 0, padding: 0, listStyleType: "none" },
});

export default function ProfilePage() {
  const t = useText();
  const styles = useStyles();
  const [parameters] = useSearchParams();
  const address = parameters.get("person") || "me";
  const profile = useProfile(address);
  const title = address === "me" ? t("profile.title") : t("profile.title_of", { name: profile.data?.name || address });
  return (
    <PageFrame title={title}>
      {profile.isPending ? <Spinner label={t("common.loading")} /> : null}
      {profile.error && !profile.data ? <ProblemView error={profile.error} onRetry={() => void profile.refetch()} /> : null}
      {profile.data ? (
        <div className={styles.content}>
          {profile.data.is_away ? (
            <MessageBar intent="info">
              <MessageBarBody>{t("profile.is_away")}</MessageBarBody>
            </MessageBar>
          ) : null}
          <Who profile={profile.data} own={address === "me"} />
          <Proxies profile={profile.data} address={address} />
          <Absences profile={profile.data} address={address} />
          <Told profile={profile.data} address={address} />
        </div>
      ) : null}
    </PageFrame>
  );
}

function Who({ profile, own }: { readonly profile: Profile; readonly own: boolean }) {
  const t = useText();
  const styles = useStyles();
  const named = (person: { readonly address: string; readonly name: string }) =>
    person.name ? `${person.name} (${person.address})` : person.address;
  return (
    <Section title={t("profile.who")}>
      <Facts
        facts={[
          [t("profile.name"), profile.name],
          [t("profile.address"), profile.address],
          [t("profile.kind"), t(`profile.kind_${profile.kind}`)],
          [t("profile.manager"), profile.manager ? named(profile.manager) : t("common.none")],
          [
            t("profile.groups"),
            profile.groups.length > 0 ? profile.groups.map((group) => group.name || group.id).join(t("profile.comma")) : t("common.none"),
          ],
          [
            t("profile.acts_for"),
            profile.principals.length > 0 ? (
              <ul className={styles.list}>
                {profile.principals.map((person) => (
                  <li key={person.address}>{named(person)}</li>
                ))}
              </ul>
            ) : (
              t("profile.acts_for_nobody")
            ),
          ],
        ]}
      />
      {own ? <Link to="/effective-settings" className={styles.link}>{t("profile.to_effective")}</Link> : null}
    </Section>
  );
}
