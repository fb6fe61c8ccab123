/** How the person is told of held mail: each value as it counts, and their own wish where nobody above has decided. */
import {
  Badge,
  Button,
  Checkbox,
  Field,
  Input,
  makeStyles,
  MessageBar,
  MessageBarBody,
  Select,
  Switch,
  Text,
  tokens,
} from "@fluentui/react-components";
import { LockClosedRegular } from "@fluentui/react-icons";
import { useState } from "react";

import { ProblemView } from "../../components/problem_view";
import { Section } from "../../components/section";
import { without } from "../../components/without";
import type { TextKey } from "../../text/catalogue";
import { useText } from "../../text/language";
import { settingText } from "../settings/effective/setting_text";
import { type NoticeWishes, type Profile, useChange } from "./use_profile";

type Wish = keyof NoticeWishes;
type Channel = Profile["told"]["channels"][number];

const WISHES: readonly Wish[] = ["channels", "language", "reminder_hours", "reminders"];
const CHANNELS: Readonly<Record<Channel, TextKey>> = {
  mail: "profile.channel_mail",
  "teams-card": "profile.channel_teams-card",
  "teams-text": "profile.channel_teams-text",
};
const LANGUAGES: Readonly<Record<Profile["told"]["language"], TextKey>> = { ja: "profile.language_ja", en: "profile.language_en" };

const useStyles = makeStyles({
  row: {
    display: "grid",
    gridTemplateColumns: "repeat(auto-fit, minmax(min(16rem, 100%), 1fr))",
    gap: tokens.spacingHorizontalL,
    alignItems: "start",
    paddingBottom: tokens.spacingVerticalM,
    borderBottom: `1px solid ${tokens.colorNeutralStroke3}`,
  },
  channels: { display: "flex", flexWrap: "wrap" },
  fixed: { display: "flex", flexDirection: "column", alignItems: "start", gap: tokens.spacingVerticalXS },
  muted: { color: tokens.colorNeutralForeground2 },
});

interface Props {
  readonly profile: Profile;
  readonly address: string;
}

export function Told({ profile, address }: Props) {
  const t = useText();
  const styles = useStyles();
  const [draft, setDraft] = useState<NoticeWishes | null>(null);
  const saving = useChange(address, (api, wishes: NoticeWishes) =>
    api.PUT("/api/v1/profiles/{address}/notices", {
      params: { path: { address }, header: { "If-Match": `"${profile.settings_version.toString()}"` } },
      body: wishes,
    }),
  );
  const wishes = draft ?? profile.wishes;
  const { told } = profile;
  return (
    <Section title={t("profile.told")}>
      <Text className={styles.muted}>{t("profile.told_lead")}</Text>
      {WISHES.map((name) => {
        const fixed = told.decided_above.includes(`notices.${name}`);
        const wished = wishes[name] !== undefined;
        return (
          <div key={name} className={styles.row} role="group" aria-label={t(`profile.wish_${name}`)}>
            {fixed ? (
              <span className={styles.fixed}>
                <Text>{t(`profile.wish_${name}`)}</Text>
                <Badge appearance="tint" color="informative" icon={<LockClosedRegular />}>
                  {t("profile.fixed")}
                </Badge>
              </span>
            ) : (
              <Switch
                label={t("profile.choose_own", { name: t(`profile.wish_${name}`) })}
                checked={wished}
                disabled={!profile.may_change}
                onChange={(_, data) => {
                  const others = without(wishes, name);
                  setDraft(data.checked ? { ...others, [name]: told[name] } : others);
                }}
              />
            )}
            {fixed || !wished || !profile.may_change ? (
              <Text>{settingText(`notices.${name}`, (fixed ? undefined : wishes[name]) ?? told[name], t).value}</Text>
            ) : (
              <OneWish
                name={name}
                values={{ ...told, ...wishes }}
                onChange={(next) => {
                  setDraft({ ...wishes, ...next });
                }}
              />
            )}
          </div>
        );
      })}
      {draft ? (
        <div>
          <Button
            appearance="primary"
            disabled={saving.isPending || wishes.channels?.length === 0}
            onClick={() => {
              saving.mutate(wishes, {
                onSuccess: () => {
                  setDraft(null);
                },
              });
            }}
          >
            {t("common.save")}
          </Button>{" "}
          <Button
            onClick={() => {
              setDraft(null);
              saving.reset();
            }}
          >
            {t("common.cancel")}
          </Button>
        </div>
      ) : null}
      {saving.isSuccess && !draft ? (
        <MessageBar intent="success" role="status">
          <MessageBarBody>{t("common.saved")}</MessageBarBody>
        </MessageBar>
      ) : null}
      {saving.error ? <ProblemView error={saving.error} /> : null}
    </Section>
  );
}

interface OneProps {
  readonly name: Wish;
  readonly values: Required<Pick<Profile["told"], Wish>>;
  readonly onChange: (next: NoticeWishes) => void;
}

function OneWish({ name, values, onChange }: OneProps) {
  const t = useText();
  const styles = useStyles();
  const label = t(`profile.wish_${name}`);
  switch (name) {
    case "channels":
      return (
        <div role="group" aria-label={label} className={styles.channels}>
          {(Object.keys(CHANNELS) as Channel[]).map((channel) => (
            <Checkbox
              key={channel}
              label={t(CHANNELS[channel])}
              checked={values.channels.includes(channel)}
              onChange={(_, data) => {
                const kept = (one: Channel) => (one === channel ? data.checked === true : values.channels.includes(one));
                onChange({ channels: (Object.keys(CHANNELS) as Channel[]).filter(kept) });
              }}
            />
          ))}
        </div>
      );
    case "language":
      return (
        <Select
          aria-label={label}
          value={values.language}
          onChange={(_, data) => {
            onChange({ language: data.value === "en" ? "en" : "ja" });
          }}
        >
          {Object.entries(LANGUAGES).map(([language, text]) => (
            <option key={language} value={language}>
              {t(text)}
            </option>
          ))}
        </Select>
      );
    case "reminder_hours":
    case "reminders":
      return (
        <Field label={label}>
          <Input
            type="number"
            min={name === "reminders" ? 0 : 0.5}
            max={name === "reminders" ? 20 : 720}
            step={name === "reminders" ? 1 : 0.5}
            value={values[name].toString()}
            contentAfter={<Text size={200} className={styles.muted}>{t(name === "reminders" ? "profile.times" : "profile.hours")}</Text>}
            onChange={(_, data) => {
              const number = Number(data.value);
              if (Number.isFinite(number)) onChange({ [name]: number });
            }}
          />
        </Field>
      );
  }
}
