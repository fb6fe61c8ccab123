/** Groups: search, open one, add one, import many. */
import { Button } from "@fluentui/react-components";
import { ArrowSwapRegular, PeopleAddRegular } from "@fluentui/react-icons";
import { useNavigate } from "react-router";

import { bodyOf } from "../../api/client";
import { may, useApi, useMe } from "../../app/api_context";
import { DataList } from "../../components/data_list";
import { FilterForm } from "../../components/filter_form";
import { useFilters } from "../../components/filters";
import { PageFrame } from "../../components/page_frame";
import { usePaged } from "../../components/paged";
import { useText } from "../../text/language";
import { GroupLine } from "./group_line";

const FILTERS = ["text"] as const;

export default function GroupsPage() {
  const t = useText();
  const api = useApi();
  const me = useMe();
  const navigate = useNavigate();
  const filters = useFilters(FILTERS);
  const { text } = filters.values;
  const loaded = usePaged(["groups", text], async (after, signal) =>
    bodyOf(await api.GET("/api/v1/groups", { params: { query: { text, after } }, signal })),
  );
  return (
    <PageFrame
      title={t("people.groups_title")}
      actions={
        may(me, "write-people") ? (
          <>
            <Button appearance="primary" icon={<PeopleAddRegular />} onClick={() => void navigate("/groups/new")}>
              {t("people.group_add")}
            </Button>
            <Button icon={<ArrowSwapRegular />} onClick={() => void navigate("/exchange?table=groups")}>
              {t("people.import")}
            </Button>
          </>
        ) : null
      }
    >
      <FilterForm
        name={t("people.groups_search")}
        filters={filters}
        fields={[{ name: "text", label: t("people.groups_label"), hint: t("tracking.part_hint") }]}
      />
      <DataList
        loaded={loaded}
        name={t("people.groups_title")}
        keyOf={(group) => group.id}
        rowHeight={60}
        emptyTitle={text ? t("people.groups_empty_title") : t("people.groups_none_title")}
        emptyText={text ? t("people.groups_empty_text") : t("people.groups_none_text")}
      >
        {(group) => <GroupLine group={group} />}
      </DataList>
    </PageFrame>
  );
}
