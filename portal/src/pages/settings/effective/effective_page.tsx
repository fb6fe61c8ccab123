/** What counts in the end for a person or a group, and where each value comes from. */
import { Badge, makeStyles, MessageBar, MessageBarBody, MessageBarTitle, Spinner, Text, tokens } from "@fluentui/react-components";
import { LockClosedRegular } from "@fluentui/react-icons";
import { useQuery } from "@tanstack/react-query";
import { useSearchParams } from "react-router";

import { bodyOf } from "../../../api/client";
import type { components } from "../../../api/schema.gen";
import { may, useApi, useMe } from "../../../app/api_context";
import { PageFrame } from "../../../components/page_frame";
import { ProblemView } from "../../../components/problem_view";
import { SearchField } from "../../../components/search_field";
import { Section } from "../../../components/section";
import { useText } from "../../../text/language";
import { placeText } from "../draft/place_text";
import { useGroups } from "../use_groups";
import { settingText } from "./setting_text";

type Setting = components["schemas"]["EffectiveSetting"];
type Origin = components["schemas"]["ShownOrigin"];
type LeftOut = components["schemas"]["LeftOutItem"];

const HEADS = ["rules", "policies", "lists", "templates", "notices"] as const;
const PHONE = "@media (max-width: 48rem)";

const useStyles = makeStyles({
  search: { maxWidth: "24rem" },
  list: { margin: 0, padding: 0, listStyleType: "none" },
  row: {
    display: "grid",
    gridTemplateColumns: "minmax(0, 2fr) minmax(0, 3fr) minmax(0, 2fr)",
    gap: tokens.spacingHorizontalM,
    padding: `${tokens.spacingVerticalS} 0`,
    borderBottom: `1px solid ${tokens.colorNeutralStroke3}`,
    [PHONE]: { gridTemplateColumns: "minmax(0, 1fr)", gap: tokens.spacingVerticalXS },
  },
  text: { overflowWrap: "anywhere" },
  origin: { display: "flex", flexWrap: "wrap", gap: tokens.spacingHorizontalXS, alignItems: "center", alignContent: "start" },
  muted: { color: tokens.colorNeutralForeground2 },
});

export default function EffectivePage() {
  const t = useText();
  const api = useApi();
  const me = useMe();
  const styles = useStyles();
  const [parameters, setParameters] = useSearchParams();
  const named = parameters.get("scope") ?? "";
  const scope = named || `user:${me.address}`;
  const loaded = useQuery({
    queryKey: ["settings", scope, "effective"],
    queryFn: async ({ signal }) => bodyOf(await api.GET("/api/v1/settings/effective", { params: { query: { scope } }, signal })),
  });
  const own = scope === `user:${me.address}`;
  return (
    <PageFrame title={own ? t("settings.effective.title") : t("settings.effective.title_of", { name: scope.replace(/^\w+:/, "") })}>
      <Text className={styles.muted}>{t("settings.effective.lead")}</Text>
      {may(me, "read-settings") ? (
        <SearchField
          className={styles.search}
          label={t("settings.effective.whose")}
          hint={t("settings.effective.whose")}
          value={named.replace(/^user:/, "")}
          onSearch={(address) => {
            setParameters(address.includes("@") ? { scope: `user:${address.trim()}` } : {}, { replace: true });
          }}
        />
      ) : null}
      {loaded.isPending ? <Spinner label={t("common.loading")} /> : null}
      {loaded.error && !loaded.data ? <ProblemView error={loaded.error} onRetry={() => void loaded.refetch()} /> : null}
      {loaded.data ? <Values values={loaded.data.values} leftOut={loaded.data.left_out} own={own} /> : null}
    </PageFrame>
  );
}

function headOf(path: string): string {
  return /^\w+/.exec(path)?.[0] ?? "";
}

function Values({ values, leftOut, own }: { readonly values: readonly Setting[]; readonly leftOut: readonly LeftOut[]; readonly own: boolean }) {
  const t = useText();
  const known: readonly string[] = HEADS;
  const others = values.filter((one) => !known.includes(headOf(one.path)));
  return (
    <>
      {HEADS.map((head) => {
        const rows = values.filter((one) => headOf(one.path) === head);
        return rows.length > 0 ? <Rows key={head} title={t(`settings.part.${head}`)} rows={rows} own={own} /> : null;
      })}
      {others.length > 0 ? <Rows title={t("settings.effective.others")} rows={others} own={own} /> : null}
      {leftOut.length > 0 ? <LeftOutView items={leftOut} /> : null}
    </>
  );
}

function Rows({ title, rows, own }: { readonly title: string; readonly rows: readonly Setting[]; readonly own: boolean }) {
  const t = useText();
  const styles = useStyles();
  const groups = useGroups();
  return (
    <Section title={title}>
      <ul className={styles.list} aria-label={title}>
        {rows.map((row) => {
          const shown = settingText(row.path, row.value, t);
          const fixed = row.shared && !row.settable_by.includes("user");
          return (
            <li key={row.path} className={styles.row}>
              <Text weight="semibold" className={styles.text}>
                {shown.name || placeText(row.path, t).replace(`${title} › `, "")}
              </Text>
              <Text className={styles.text}>{shown.value}</Text>
              <span className={styles.origin}>
                <OriginBadge origin={row.origin} own={own} />
                {fixed ? (
                  <Badge appearance="tint" color="informative" icon={<LockClosedRegular />}>
                    {t("settings.effective.fixed")}
                  </Badge>
                ) : null}
                {row.passed_over.map((origin) => (
                  <Text key={`${origin.level} ${origin.id}`} size={200} className={styles.muted}>
                    {t("settings.effective.passed_over", { origin: originText(origin, own, groups, t) })}
                  </Text>
                ))}
              </span>
            </li>
          );
        })}
      </ul>
    </Section>
  );
}

function OriginBadge({ origin, own }: { readonly origin: Origin; readonly own: boolean }) {
  const t = useText();
  const groups = useGroups();
  const color = ({ tenant: "brand", group: "success", user: "informative", default: "subtle" } as const)[origin.level];
  return (
    <Badge appearance="tint" color={color}>
      {originText(origin, own, groups, t)}
    </Badge>
  );
}

function originText(origin: Origin, own: boolean, groups: ReturnType<typeof useGroups>, t: ReturnType<typeof useText>): string {
  switch (origin.level) {
    case "group":
      return t("settings.effective.from_group", { name: groups.find((one) => one.id.toLowerCase() === origin.id)?.name || origin.id });
    case "user":
      return own ? t("settings.effective.from_me") : t("settings.effective.from_person");
    case "tenant":
      return t("settings.effective.from_tenant");
    case "default":
      return t("settings.effective.from_default");
  }
}

function LeftOutView({ items }: { readonly items: readonly LeftOut[] }) {
  const t = useText();
  const styles = useStyles();
  return (
    <MessageBar intent="warning" layout="multiline">
      <MessageBarBody>
        <MessageBarTitle>{t("settings.effective.left_out")}</MessageBarTitle>
        <ul className={styles.list}>
          {items.map((item) => (
            <li key={`${item.scope} ${item.collection} ${item.id}`}>
              {t(item.why === "gap-above" ? "settings.effective.gap_above" : "settings.effective.overridden", {
                item: placeText(`${item.collection}[${item.id}]`, t),
                scope: item.scope,
                by: item.by,
              })}
            </li>
          ))}
        </ul>
      </MessageBarBody>
    </MessageBar>
  );
}
