/** Users: search by the beginning of a name or address, open one, add one, import many. */
import { Button } from "@fluentui/react-components";
import { ArrowSwapRegular, PersonAddRegular } from "@fluentui/react-icons";
import { useNavigate } from "react-router";

import { bodyOf } from "../../api/client";
import { may, useApi, useMe } from "../../app/api_context";
import { DataList } from "../../components/data_list";
import { FilterForm } from "../../components/filter_form";
import { useFilters } from "../../components/filters";
import { PageFrame } from "../../components/page_frame";
import { usePaged } from "../../components/paged";
import { useText } from "../../text/language";
import { PersonLine } from "./person_line";

const FILTERS = ["text"] as const;

export default function PeoplePage() {
  const t = useText();
  const api = useApi();
  const me = useMe();
  const navigate = useNavigate();
  const filters = useFilters(FILTERS);
  const { text } = filters.values;
  const loaded = usePaged(["people", text], async (after, signal) =>
    bodyOf(await api.GET("/api/v1/people", { params: { query: { text, after } }, signal })),
  );
  return (
    <PageFrame
      title={t("people.title")}
      actions={
        may(me, "write-people") ? (
          <>
            <Button appearance="primary" icon={<PersonAddRegular />} onClick={() => void navigate("/people/new")}>
              {t("people.add")}
            </Button>
            <Button icon={<ArrowSwapRegular />} onClick={() => void navigate("/exchange?table=people")}>
              {t("people.import")}
            </Button>
          </>
        ) : null
      }
    >
      <FilterForm name={t("people.search")} filters={filters} fields={[{ name: "text", label: t("people.search_label"), hint: t("people.search_hint") }]} />
      <DataList
        loaded={loaded}
        name={t("people.title")}
        keyOf={(person) => person.address}
        rowHeight={60}
        emptyTitle={text ? t("people.empty_title") : t("people.none_title")}
        emptyText={text ? t("people.empty_text") : t("people.none_text")}
      >
        {(person) => <PersonLine person={person} />}
      </DataList>
    </PageFrame>
  );
}
