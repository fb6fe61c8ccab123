/** How people are told of holds. Groups and people can leave each value to the levels above; administrators can fix it. */
import { Checkbox, makeStyles, Switch, Text, tokens } from "@fluentui/react-components";
import { useQuery } from "@tanstack/react-query";
import type { ReactNode } from "react";

import { bodyOf } from "../../../api/client";
import { useApi } from "../../../app/api_context";
import { Section } from "../../../components/section";
import { without } from "../../../components/without";
import { useText } from "../../../text/language";
import { useEditor } from "../draft/editor_context";
import { settingText } from "../effective/setting_text";
import { FieldForm } from "../fields/field_form";
import { HOURS_FORM, NOTICES_FORM, SHARED_NOTICE_FIELDS } from "../model/forms";
import { type HoldNotices, isTenant, type NoticeWishes, type ScopeSettings, type TenantSettings } from "../model/types";
import { NoticeTexts } from "./notice_texts";
import { usePartStyles } from "./part_styles";

type Shared = (typeof SHARED_NOTICE_FIELDS)[number];

const useStyles = makeStyles({
  row: {
    display: "grid",
    gridTemplateColumns: "repeat(auto-fit, minmax(min(16rem, 100%), 1fr))",
    gap: tokens.spacingHorizontalL,
    alignItems: "start",
    paddingBottom: tokens.spacingVerticalM,
    borderBottom: `1px solid ${tokens.colorNeutralStroke3}`,
  },
});

export default function NoticesPart() {
  const { document } = useEditor();
  return isTenant(document) ? <OfTenant document={document} /> : <OfScope document={document} />;
}

function Row({ children }: { readonly children: ReactNode }) {
  return <div className={useStyles().row}>{children}</div>;
}

function OfTenant({ document }: { readonly document: TenantSettings }) {
  const t = useText();
  const styles = usePartStyles();
  const { change, readOnly } = useEditor();
  const { notices, fixed } = document;
  const changeNotices = (next: HoldNotices) => {
    change({ ...document, notices: next });
  };
  const form = (only: readonly (keyof HoldNotices)[]) => (
    <FieldForm form={NOTICES_FORM} value={notices} at="$.notices" only={only} onChange={changeNotices} />
  );
  return (
    <>
      <Section title={t("settings.notice.shared")}>
        <Text className={styles.muted}>{t("settings.notice.shared_lead")}</Text>
        {SHARED_NOTICE_FIELDS.map((name) => (
          <Row key={name}>
            {form([name])}
            <Checkbox
              label={t("settings.notice.fix")}
              aria-label={t("settings.notice.fix_of", { name: t(NOTICES_FORM.fields[name].label) })}
              checked={fixed.includes(`notices.${name}`)}
              disabled={readOnly}
              onChange={(_, data) => {
                const others = fixed.filter((one) => one !== `notices.${name}`);
                change({ ...document, fixed: data.checked === true ? [...others, `notices.${name}`] : others });
              }}
            />
          </Row>
        ))}
      </Section>
      <Section title={t("settings.notice.organisation")}>
        {form(["at_end", "link_days", "fall_back_after", "sender_address", "administrator_address"])}
      </Section>
      <Section title={t("settings.hours.title")}>
        <Switch
          label={t("settings.hours.use")}
          checked={notices.business_hours !== null}
          disabled={readOnly}
          onChange={(_, data) => {
            changeNotices({ ...notices, business_hours: data.checked ? HOURS_FORM.start : null });
          }}
        />
        {notices.business_hours ? (
          <FieldForm
            form={HOURS_FORM}
            value={notices.business_hours}
            at="$.notices.business_hours"
            onChange={(business_hours) => {
              changeNotices({ ...notices, business_hours });
            }}
          />
        ) : null}
      </Section>
      <NoticeTexts
        texts={notices.texts}
        channels={notices.channels}
        onChange={(texts) => {
          changeNotices({ ...notices, texts: [...texts] });
        }}
      />
    </>
  );
}

function OfScope({ document }: { readonly document: ScopeSettings }) {
  const t = useText();
  const api = useApi();
  const styles = usePartStyles();
  const { scope, change, readOnly } = useEditor();
  const counts = useQuery({
    queryKey: ["settings", scope, "effective"],
    queryFn: async ({ signal }) => bodyOf(await api.GET("/api/v1/settings/effective", { params: { query: { scope } }, signal })),
  });
  return (
    <Section title={t("settings.part.notices")}>
      <Text className={styles.muted}>{t("settings.notice.scope_lead")}</Text>
      {SHARED_NOTICE_FIELDS.map((name) => {
        const effective = counts.data?.values.find((one) => one.path === `notices.${name}`);
        const fixed = effective !== undefined && !effective.settable_by.includes(document.level);
        const isSet = document.notices[name] !== undefined;
        const above = (effective?.value ?? NOTICES_FORM.start[name]) as HoldNotices[Shared];
        return (
          <Row key={name}>
            <Switch
              label={t("settings.notice.own", { name: t(NOTICES_FORM.fields[name].label) })}
              checked={isSet}
              disabled={readOnly || (fixed && !isSet)}
              onChange={(_, data) => {
                change({ ...document, notices: withWish(document.notices, name, data.checked ? above : undefined) });
              }}
            />
            {isSet && !fixed ? (
              <FieldForm
                form={NOTICES_FORM}
                value={{ ...NOTICES_FORM.start, ...document.notices }}
                at="$.notices"
                only={[name]}
                onChange={(next) => {
                  change({ ...document, notices: withWish(document.notices, name, next[name]) });
                }}
              />
            ) : (
              <Text>{settingText(`notices.${name}`, above, t).value}</Text>
            )}
            <Text className={styles.muted}>
              {fixed ? t("settings.notice.fixed_above") : isSet ? "" : t("settings.notice.from_above")}
            </Text>
          </Row>
        );
      })}
    </Section>
  );
}

/** The wishes with one value set, or left to the levels above. */
function withWish(wishes: NoticeWishes, name: Shared, value: HoldNotices[Shared] | undefined): NoticeWishes {
  const others = without(wishes, name);
  return value === undefined ? others : { ...others, [name]: value };
}
