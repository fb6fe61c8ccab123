/** The settings of a group, named by `?scope=group:ID`; without one, the groups to choose from. */
import { makeStyles, Text, tokens } from "@fluentui/react-components";
import { PeopleRegular } from "@fluentui/react-icons";
import { Link, useSearchParams } from "react-router";

import { bodyOf } from "../../api/client";
import { useApi } from "../../app/api_context";
import { DataList } from "../../components/data_list";
import { PageFrame } from "../../components/page_frame";
import { usePaged } from "../../components/paged";
import { SearchField } from "../../components/search_field";
import { useText } from "../../text/language";
import { SettingsEditor } from "./settings_editor";
import { useGroups } from "./use_groups";

export default function GroupPage() {
  const [parameters] = useSearchParams();
  const scope = parameters.get("scope") ?? "";
  return scope.startsWith("group:") ? <OneGroup key={scope} scope={scope} /> : <Choice />;
}

function OneGroup({ scope }: { readonly scope: string }) {
  const t = useText();
  const id = scope.slice("group:".length);
  const name = useGroups().find((group) => group.id.toLowerCase() === id.toLowerCase())?.name || id;
  return <SettingsEditor scope={scope} title={t("settings.title_of", { name })} />;
}

const useStyles = makeStyles({
  search: { maxWidth: "24rem" },
  row: {
    display: "flex",
    alignItems: "center",
    gap: tokens.spacingHorizontalM,
    color: tokens.colorNeutralForeground1,
    textDecorationLine: "none",
    ":hover": { textDecorationLine: "underline" },
  },
  id: { color: tokens.colorNeutralForeground3, overflowWrap: "anywhere" },
});

function Choice() {
  const t = useText();
  const api = useApi();
  const styles = useStyles();
  const [parameters, setParameters] = useSearchParams();
  const text = parameters.get("text") ?? "";
  const loaded = usePaged(["groups", "list", text], async (after, signal) =>
    bodyOf(await api.GET("/api/v1/groups", { params: { query: { text, after } }, signal })),
  );
  return (
    <PageFrame title={t("settings.nav_groups")}>
      <Text>{t("settings.groups_lead")}</Text>
      <SearchField
        className={styles.search}
        label={t("settings.groups_search")}
        value={text}
        onSearch={(next) => {
          setParameters(next ? { text: next } : {}, { replace: true });
        }}
      />
      <DataList
        loaded={loaded}
        name={t("settings.nav_groups")}
        keyOf={(group) => group.id}
        emptyTitle={t("settings.groups_none")}
        emptyText={t("settings.groups_none_text")}
      >
        {(group) => (
          <Link className={styles.row} to={`/group-settings?${new URLSearchParams({ scope: `group:${group.id}` }).toString()}`}>
            <PeopleRegular aria-hidden />
            <span>
              <Text weight="semibold">{group.name || group.id}</Text>
              {group.name && group.name !== group.id ? (
                <>
                  <br />
                  <Text size={200} className={styles.id}>
                    {group.id}
                  </Text>
                </>
              ) : null}
            </span>
          </Link>
        )}
      </DataList>
    </PageFrame>
  );
}
