/** The delivery policies of the scope in the order in which they are asked, the built-in ones first. */
import { Badge, Button, Spinner, Text } from "@fluentui/react-components";
import { AddRegular } from "@fluentui/react-icons";
import { lazy, Suspense } from "react";

import { EmptyState } from "../../../components/empty_state";
import { Section } from "../../../components/section";
import { useText } from "../../../text/language";
import { useEditor } from "../draft/editor_context";
import { FieldForm } from "../fields/field_form";
import { ACTIONS } from "../model/actions";
import { describeCondition } from "../model/describe";
import { POLICY_FORM, SYSTEM_FORM } from "../model/forms";
import { asked, movePolicy } from "../model/reorder";
import { isTenant, type Policy } from "../model/types";
import { useCollection } from "./collection";
import { useGo, useOpenItem } from "./go";
import { ItemRow } from "./item_row";
import { usePartStyles } from "./part_styles";
import { SortableList } from "./sortable";

const OnePolicy = lazy(() => import("./one_policy"));

export default function PoliciesPart() {
  const t = useText();
  const { items } = useCollection("policies");
  const open = useOpenItem();
  const policy = items.find((one) => one.id === open);
  if (policy) {
    return (
      <Suspense fallback={<Spinner label={t("common.loading")} />}>
        <OnePolicy key={policy.id} policy={policy} />
      </Suspense>
    );
  }
  return (
    <>
      <SystemPolicies />
      <PolicyList />
    </>
  );
}

/** They come before all others; only administrators switch them. */
function SystemPolicies() {
  const t = useText();
  const styles = usePartStyles();
  const { document, change } = useEditor();
  if (!isTenant(document)) return null;
  return (
    <Section title={t("settings.system.title")}>
      <Text className={styles.muted}>{t("settings.system.lead")}</Text>
      <FieldForm
        form={SYSTEM_FORM}
        value={document.system_policies}
        at="$.system_policies"
        onChange={(system_policies) => {
          change({ ...document, system_policies });
        }}
      />
    </Section>
  );
}

function PolicyList() {
  const t = useText();
  const styles = usePartStyles();
  const go = useGo();
  const policies = useCollection("policies");
  const { base, document, names, readOnly } = useEditor();
  const inOrder = asked(policies.items);
  const nameOf = (policy: Policy) => policy.name || policy.id;
  const move = (from: number, to: number) => {
    policies.replaceAll(movePolicy(inOrder, from, to));
  };
  const add = (
    <Button
      appearance="primary"
      icon={<AddRegular />}
      onClick={() => {
        const id = policies.freshId();
        policies.add({ ...POLICY_FORM.start, id, priority: Math.max(1000, inOrder.at(-1)?.priority ?? 0), actions: [{ type: "hold" }] });
        go("policies", id);
      }}
    >
      {t("settings.policy.add")}
    </Button>
  );
  return (
    <Section title={t("settings.part.policies")} actions={readOnly ? null : add}>
      <Text className={styles.muted}>{t(isTenant(document) ? "settings.policies_lead" : "settings.policies_lead_below")}</Text>
      {inOrder.length === 0 ? (
        <EmptyState title={t("settings.policies_none")} text={t("settings.policies_none_text")} />
      ) : (
        <Suspense fallback={<Spinner label={t("common.loading")} />}>
          <SortableList name={t("settings.part.policies")} items={inOrder} idOf={(policy) => policy.id} nameOf={nameOf} readOnly={readOnly} onMove={move}>
            {(policy, index) => (
              <ItemRow
                name={nameOf(policy)}
                line={`${describeCondition(policy.when, t, names)} → ${actionNames(policy, t)}`}
                badges={<PolicyBadges policy={policy} />}
                enabled={policy.enabled}
                readOnly={readOnly}
                changed={JSON.stringify(base.policies?.find((one) => one.id === policy.id)) !== JSON.stringify(policy)}
                canMove={[index > 0, index < inOrder.length - 1]}
                onOpen={() => {
                  go("policies", policy.id);
                }}
                onEnable={(enabled) => {
                  policies.replace(policy.id, { ...policy, enabled });
                }}
                onMove={(by) => {
                  move(index, index + by);
                }}
                onDuplicate={() => {
                  go("policies", policies.duplicate(policy));
                }}
                onRemove={() => {
                  policies.remove(policy.id);
                }}
              />
            )}
          </SortableList>
        </Suspense>
      )}
    </Section>
  );
}

function actionNames(policy: Policy, t: ReturnType<typeof useText>): string {
  return policy.actions.map((action) => t(ACTIONS[action.type].title)).join(t("policies.list_comma"));
}

function PolicyBadges({ policy }: { readonly policy: Policy }) {
  const t = useText();
  return (
    <>
      <Badge appearance="outline" color="informative">
        {t("settings.policy.priority", { priority: policy.priority })}
      </Badge>
      {policy.stop ? (
        <Badge appearance="tint" color="important">
          {t("settings.policy.stops")}
        </Badge>
      ) : null}
    </>
  );
}
