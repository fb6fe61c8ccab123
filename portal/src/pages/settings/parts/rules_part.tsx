/** The hold rules of the scope: a list in the order in which reasons are told, and one opened. */
import { Menu, MenuButton, MenuItem, MenuList, MenuPopover, MenuTrigger, Spinner, Switch, Text } from "@fluentui/react-components";
import { AddRegular } from "@fluentui/react-icons";
import { Suspense } from "react";

import { EmptyState } from "../../../components/empty_state";
import { Section } from "../../../components/section";
import { useText } from "../../../text/language";
import { useEditor } from "../draft/editor_context";
import { FieldForm } from "../fields/field_form";
import { describeRule } from "../model/describe";
import { placeOf } from "../model/place";
import { moveItem } from "../model/reorder";
import { newRule, RULE_FORM, RULE_KINDS, RULES } from "../model/rules";
import { isTenant, type Rule } from "../model/types";
import { useCollection } from "./collection";
import { useGo, useOpenItem } from "./go";
import { ItemFrame } from "./item_frame";
import { ItemRow } from "./item_row";
import { usePartStyles } from "./part_styles";
import { SortableList } from "./sortable";

export default function RulesPart() {
  const { items } = useCollection("rules");
  const open = useOpenItem();
  const rule = items.find((one) => one.id === open);
  return rule ? <OneRule rule={rule} /> : <RuleList />;
}

function RuleList() {
  const t = useText();
  const styles = usePartStyles();
  const go = useGo();
  const rules = useCollection("rules");
  const { base, document, names, readOnly } = useEditor();
  const nameOf = (rule: Rule) => rule.name || t(RULES[rule.rule].title);
  return (
    <Section title={t("settings.part.rules")} actions={readOnly ? null : <AddRule />}>
      <Text className={styles.muted}>{t(isTenant(document) ? "settings.rules_lead" : "settings.rules_lead_below")}</Text>
      {rules.items.length === 0 ? (
        <EmptyState title={t("settings.rules_none")} text={t("settings.rules_none_text")} />
      ) : (
        <Suspense fallback={<Spinner label={t("common.loading")} />}>
          <SortableList
            name={t("settings.part.rules")}
            items={rules.items}
            idOf={(rule) => rule.id}
            nameOf={nameOf}
            readOnly={readOnly}
            onMove={(from, to) => {
              rules.replaceAll(moveItem(rules.items, from, to));
            }}
          >
            {(rule, index) => (
              <ItemRow
                name={nameOf(rule)}
                line={describeRule(rule, t, names)}
                enabled={rule.enabled}
                readOnly={readOnly}
                changed={!same(rule, base.rules?.find((one) => one.id === rule.id))}
                canMove={[index > 0, index < rules.items.length - 1]}
                onOpen={() => {
                  go("rules", rule.id);
                }}
                onEnable={(enabled) => {
                  rules.replace(rule.id, { ...rule, enabled });
                }}
                onMove={(by) => {
                  rules.replaceAll(moveItem(rules.items, index, index + by));
                }}
                onDuplicate={() => {
                  go("rules", rules.duplicate(rule));
                }}
                onRemove={() => {
                  rules.remove(rule.id);
                }}
              />
            )}
          </SortableList>
        </Suspense>
      )}
    </Section>
  );
}

function same(one: unknown, other: unknown): boolean {
  return one === other || JSON.stringify(one) === JSON.stringify(other);
}

function AddRule() {
  const t = useText();
  const go = useGo();
  const rules = useCollection("rules");
  return (
    <Menu>
      <MenuTrigger disableButtonEnhancement>
        <MenuButton appearance="primary" icon={<AddRegular />}>
          {t("settings.rule.add")}
        </MenuButton>
      </MenuTrigger>
      <MenuPopover>
        <MenuList>
          {RULE_KINDS.map((kind) => (
            <MenuItem
              key={kind}
              onClick={() => {
                const id = rules.freshId();
                rules.add(newRule(kind, id));
                go("rules", id);
              }}
            >
              {t(RULES[kind].title)}
            </MenuItem>
          ))}
        </MenuList>
      </MenuPopover>
    </Menu>
  );
}

function OneRule({ rule }: { readonly rule: Rule }) {
  const t = useText();
  const styles = usePartStyles();
  const rules = useCollection("rules");
  const { document, readOnly } = useEditor();
  const at = placeOf(document, "rules", rule.id);
  const kind = RULES[rule.rule];
  // A person's own rules are for one sender.
  const groups = isTenant(document) || document.level === "group" ? (["groups", "not_groups"] as const) : [];
  const form = (title: string, only: readonly (keyof Rule)[]) => (
    <Section title={title}>
      <FieldForm
        form={RULE_FORM}
        value={rule}
        at={at}
        only={only}
        onChange={(next) => {
          rules.replace(rule.id, next);
        }}
      />
    </Section>
  );
  return (
    <ItemFrame
      part="rules"
      name={rule.name || t(kind.title)}
      id={rule.id}
      actions={
        <Switch
          label={t("settings.item.enabled")}
          checked={rule.enabled}
          disabled={readOnly}
          onChange={(_, data) => {
            rules.replace(rule.id, { ...rule, enabled: data.checked });
          }}
        />
      }
    >
      <Text className={styles.muted}>
        {t(kind.title)}: {t(kind.hint)}
      </Text>
      {form(t("settings.rule.about"), ["name", "description"])}
      {kind.options.some((option) => option !== "except_lists")
        ? form(t("settings.rule.options"), kind.options.filter((option) => option !== "except_lists"))
        : null}
      {form(t("settings.rule.exceptions"), [...groups, "except_lists", "unless"])}
    </ItemFrame>
  );
}
