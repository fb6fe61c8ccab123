/** When the person is away: days, both counted; while away, their notices go to their proxies as well. */
import { Button, makeStyles, Text, tokens } from "@fluentui/react-components";
import { AddRegular, DeleteRegular } from "@fluentui/react-icons";
import { useState } from "react";

import { ProblemView } from "../../components/problem_view";
import { Section } from "../../components/section";
import { useLanguage, useText } from "../../text/language";
import { DateRange } from "./date_range";
import { momentOf } from "./dates";
import { type Profile, useChange } from "./use_profile";

type Span = Profile["absences"][number];

const useStyles = makeStyles({
  list: { margin: 0, padding: 0, listStyleType: "none" },
  row: {
    display: "flex",
    alignItems: "center",
    justifyContent: "space-between",
    gap: tokens.spacingHorizontalM,
    padding: `${tokens.spacingVerticalS} 0`,
    borderBottom: `1px solid ${tokens.colorNeutralStroke3}`,
  },
  muted: { color: tokens.colorNeutralForeground2 },
  form: { display: "flex", flexWrap: "wrap", alignItems: "end", gap: tokens.spacingHorizontalM },
});

interface Props {
  readonly profile: Profile;
  readonly address: string;
}

export function Absences({ profile, address }: Props) {
  const t = useText();
  const styles = useStyles();
  const { language } = useLanguage();
  const [dates, setDates] = useState({ since: "", until: "" });
  const setting = useChange(address, (api, absences: readonly Span[]) =>
    api.PUT("/api/v1/profiles/{address}/absences", { params: { path: { address } }, body: { absences: [...absences] } }),
  );
  const rangeOf = (span: Span) => {
    const day = (moment: string, before: number) =>
      new Date(new Date(moment).getTime() - before).toLocaleDateString(language, { dateStyle: "medium" });
    return t("profile.range", { since: day(span.since, 0), until: day(span.until, 1) });
  };
  const [since, until] = [momentOf(dates.since), momentOf(dates.until, 1)];
  return (
    <Section title={t("profile.absences")}>
      <Text className={styles.muted}>{t("profile.absences_lead")}</Text>
      {profile.absences.length === 0 ? <Text>{t("profile.no_absences")}</Text> : null}
      <ul className={styles.list} aria-label={t("profile.absences")}>
        {profile.absences.map((span) => (
          <li key={`${span.since} ${span.until}`} className={styles.row}>
            <Text>{rangeOf(span)}</Text>
            {profile.may_change ? (
              <Button
                icon={<DeleteRegular />}
                aria-label={t("profile.remove_absence", { range: rangeOf(span) })}
                disabled={setting.isPending}
                onClick={() => {
                  setting.mutate(profile.absences.filter((one) => one !== span));
                }}
              >
                {t("common.delete")}
              </Button>
            ) : null}
          </li>
        ))}
      </ul>
      {profile.may_change ? (
        <form
          className={styles.form}
          aria-label={t("profile.add_absence")}
          onSubmit={(event) => {
            event.preventDefault();
            if (!since || !until) return;
            setting.mutate([...profile.absences, { since, until }], {
              onSuccess: () => {
                setDates({ since: "", until: "" });
              },
            });
          }}
        >
          <DateRange
            since={dates.since}
            until={dates.until}
            required
            onChange={(from, to) => {
              setDates({ since: from, until: to });
            }}
          />
          <Button type="submit" icon={<AddRegular />} disabled={setting.isPending || !since || !until}>
            {t("profile.add_absence")}
          </Button>
        </form>
      ) : null}
      {setting.error ? <ProblemView error={setting.error} /> : null}
    </Section>
  );
}
