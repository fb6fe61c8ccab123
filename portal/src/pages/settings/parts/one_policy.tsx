/** One policy: what it is called and for whom, when it applies and when not, and what it does. */
import { Spinner, Switch, Text } from "@fluentui/react-components";
import { lazy, Suspense } from "react";

import { Section } from "../../../components/section";
import { useText } from "../../../text/language";
import { useEditor } from "../draft/editor_context";
import { FieldForm } from "../fields/field_form";
import { TreeField } from "../fields/tree_field";
import { describeCondition } from "../model/describe";
import { POLICY_FORM } from "../model/forms";
import { placeOf } from "../model/place";
import { isTenant, type Policy } from "../model/types";
import { ActionsForm } from "./actions_form";
import { useCollection } from "./collection";
import { ItemFrame } from "./item_frame";
import { usePartStyles } from "./part_styles";

const TreeEditor = lazy(() => import("../tree/tree_editor"));

export default function OnePolicy({ policy }: { readonly policy: Policy }) {
  const t = useText();
  const styles = usePartStyles();
  const policies = useCollection("policies");
  const { document, names, readOnly } = useEditor();
  const at = placeOf(document, "policies", policy.id);
  // A person's own policies are for one sender.
  const groups = isTenant(document) || document.level === "group" ? (["groups", "not_groups"] as const) : [];
  const change = (next: Policy) => {
    policies.replace(policy.id, next);
  };
  return (
    <ItemFrame
      part="policies"
      name={policy.name || policy.id}
      id={policy.id}
      actions={
        <Switch
          label={t("settings.item.enabled")}
          checked={policy.enabled}
          disabled={readOnly}
          onChange={(_, data) => {
            change({ ...policy, enabled: data.checked });
          }}
        />
      }
    >
      <Section title={t("settings.rule.about")}>
        <FieldForm form={POLICY_FORM} value={policy} at={at} only={["name", "description", ...groups]} onChange={change} />
      </Section>
      <Section title={t("settings.policy.when")}>
        <Text className={styles.muted}>{describeCondition(policy.when, t, names)}</Text>
        <Suspense fallback={<Spinner label={t("common.loading")} />}>
          <TreeEditor
            name={t("settings.policy.when")}
            value={policy.when}
            at={`${at}.when`}
            readOnly={readOnly}
            onChange={(when) => {
              change({ ...policy, when });
            }}
          />
        </Suspense>
      </Section>
      <Section title={t("settings.policy.unless")}>
        <TreeField
          label={t("settings.policy.has_unless")}
          value={policy.unless}
          at={`${at}.unless`}
          readOnly={readOnly}
          onChange={(unless) => {
            change({ ...policy, unless });
          }}
        />
      </Section>
      <Section title={t("settings.policy.actions")}>
        <ActionsForm
          actions={policy.actions}
          at={`${at}.actions`}
          onChange={(actions) => {
            change({ ...policy, actions: [...actions] });
          }}
        />
      </Section>
      <Section title={t("settings.policy.order")}>
        <FieldForm form={POLICY_FORM} value={policy} at={at} only={["priority", "if_protected", "stop"]} onChange={change} />
      </Section>
    </ItemFrame>
  );
}
