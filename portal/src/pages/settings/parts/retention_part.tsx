/** How long mail, records and the audit log are kept, and legal holds; what would be deleted is said before it is saved. */
import { MessageBar, MessageBarBody, MessageBarTitle, Text } from "@fluentui/react-components";

import { Section } from "../../../components/section";
import { useText } from "../../../text/language";
import { useEditor } from "../draft/editor_context";
import { FieldForm } from "../fields/field_form";
import { newId } from "../model/new_id";
import { LEGAL_HOLD_FORM, lifted, RETENTION_FORM, shortened } from "../model/retention_forms";
import { isTenant, type Retention } from "../model/types";
import { FormList } from "./form_list";
import { usePartStyles } from "./part_styles";

export default function RetentionPart() {
  const t = useText();
  const styles = usePartStyles();
  const { document, base, change } = useEditor();
  if (!isTenant(document) || !isTenant(base)) return null;
  const { retention } = document;
  const changeTo = (next: Retention) => {
    change({ ...document, retention: next });
  };
  const shorter = shortened(base.retention, retention).map((kept) => t(RETENTION_FORM.fields[kept].label));
  const gone = lifted(base.retention, retention).map((hold) => hold.name || hold.id);
  return (
    <>
      <Section title={t("settings.part.retention")}>
        <Text className={styles.muted}>{t("settings.retention.lead")}</Text>
        <Text>{t("settings.retention.zero")}</Text>
        <FieldForm form={RETENTION_FORM} value={retention} at="$.retention" onChange={changeTo} />
        <div role="status">
          {shorter.length > 0 ? (
            <Warning title={t("settings.retention.shorter")}>
              {t("settings.retention.shorter_text", { what: shorter.join(t("policies.list_comma")) })}
            </Warning>
          ) : null}
        </div>
      </Section>
      <Section title={t("settings.legal_hold.title")}>
        <Text className={styles.muted}>{t("settings.legal_hold.lead")}</Text>
        <FormList
          form={LEGAL_HOLD_FORM}
          items={retention.legal_holds}
          at="$.retention.legal_holds"
          nameOf={(hold) => hold.name || hold.id}
          addLabel={t("settings.legal_hold.add")}
          emptyText={t("settings.legal_hold.none")}
          fresh={() => ({ ...LEGAL_HOLD_FORM.start, id: newId("hold", retention.legal_holds) })}
          onChange={(legal_holds) => {
            changeTo({ ...retention, legal_holds: [...legal_holds] });
          }}
        />
        <div role="status">
          {gone.length > 0 ? (
            <Warning title={t("settings.legal_hold.lifted")}>
              {t("settings.legal_hold.lifted_text", { names: gone.join(t("policies.list_comma")) })}
            </Warning>
          ) : null}
        </div>
      </Section>
    </>
  );
}

function Warning({ title, children }: { readonly title: string; readonly children: string }) {
  return (
    <MessageBar intent="warning" layout="multiline">
      <MessageBarBody>
        <MessageBarTitle>{title}</MessageBarTitle>
        {children}
      </MessageBarBody>
    </MessageBar>
  );
}
