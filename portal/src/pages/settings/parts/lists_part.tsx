/** The address lists of the scope, and one opened. */
import { Button, Text } from "@fluentui/react-components";
import { AddRegular } from "@fluentui/react-icons";

import { EmptyState } from "../../../components/empty_state";
import { Section } from "../../../components/section";
import { useText } from "../../../text/language";
import { useEditor } from "../draft/editor_context";
import { FieldForm } from "../fields/field_form";
import { LIST_FORM } from "../model/forms";
import { placeOf } from "../model/place";
import type { AddressList } from "../model/types";
import { useCollection } from "./collection";
import { Entries } from "./entries";
import { useGo, useOpenItem } from "./go";
import { ItemFrame } from "./item_frame";
import { ItemRow } from "./item_row";
import { usePartStyles } from "./part_styles";

export default function ListsPart() {
  const { items } = useCollection("lists");
  const open = useOpenItem();
  const list = items.find((one) => one.id === open);
  return list ? <OneList list={list} /> : <AllLists />;
}

function AllLists() {
  const t = useText();
  const styles = usePartStyles();
  const go = useGo();
  const lists = useCollection("lists");
  const { base, readOnly } = useEditor();
  const add = (
    <Button
      appearance="primary"
      icon={<AddRegular />}
      onClick={() => {
        const id = lists.freshId();
        lists.add({ ...LIST_FORM.start, id });
        go("lists", id);
      }}
    >
      {t("settings.list.add")}
    </Button>
  );
  return (
    <Section title={t("settings.part.lists")} actions={readOnly ? null : add}>
      <Text className={styles.muted}>{t("settings.lists_lead")}</Text>
      {lists.items.length === 0 ? <EmptyState title={t("settings.lists_none")} text={t("settings.lists_none_text")} /> : null}
      <ul className={styles.list} aria-label={t("settings.part.lists")}>
        {lists.items.map((list) => (
          <li key={list.id} className={styles.row}>
            <ItemRow
              name={list.name || list.id}
              line={t("settings.list.count", { count: list.entries.length })}
              readOnly={readOnly}
              changed={JSON.stringify(base.lists?.find((one) => one.id === list.id)) !== JSON.stringify(list)}
              onOpen={() => {
                go("lists", list.id);
              }}
              onDuplicate={() => {
                go("lists", lists.duplicate(list));
              }}
              onRemove={() => {
                lists.remove(list.id);
              }}
            />
          </li>
        ))}
      </ul>
    </Section>
  );
}

function OneList({ list }: { readonly list: AddressList }) {
  const t = useText();
  const lists = useCollection("lists");
  const { document } = useEditor();
  const at = placeOf(document, "lists", list.id);
  const change = (next: AddressList) => {
    lists.replace(list.id, next);
  };
  return (
    <ItemFrame part="lists" name={list.name || list.id} id={list.id}>
      <Section title={t("settings.rule.about")}>
        <FieldForm form={LIST_FORM} value={list} at={at} onChange={change} />
      </Section>
      <Section title={t("settings.list.entries")}>
        <Entries
          entries={list.entries}
          at={`${at}.entries`}
          onChange={(entries) => {
            change({ ...list, entries: [...entries] });
          }}
        />
      </Section>
    </ItemFrame>
  );
}
