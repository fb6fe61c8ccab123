/** Signatures on what leaves: DKIM keys by domain, with those that take over later, and ARC. */
import { Text } from "@fluentui/react-components";

import { Section } from "../../../components/section";
import { useText } from "../../../text/language";
import { useEditor } from "../draft/editor_context";
import { FieldForm } from "../fields/field_form";
import { DKIM_FORM, SIGNING_FORM } from "../model/delivery_forms";
import { isTenant, type Signing } from "../model/types";
import { FormList } from "./form_list";
import { usePartStyles } from "./part_styles";

export default function SigningPart() {
  const t = useText();
  const styles = usePartStyles();
  const { document, change } = useEditor();
  if (!isTenant(document)) return null;
  const { signing } = document;
  const changeTo = (next: Signing) => {
    change({ ...document, signing: next });
  };
  return (
    <>
      <Section title={t("settings.dkim.title")}>
        <Text className={styles.muted}>{t("settings.dkim.lead")}</Text>
        <FormList
          form={DKIM_FORM}
          items={signing.dkim}
          at="$.signing.dkim"
          nameOf={(key) => (key.domain || key.selector ? `${key.selector}._domainkey.${key.domain}` : "")}
          addLabel={t("settings.dkim.add")}
          emptyText={t("settings.dkim.none")}
          onChange={(dkim) => {
            changeTo({ ...signing, dkim: [...dkim] });
          }}
        />
      </Section>
      <Section title={t("settings.signing.arc_title")}>
        <FieldForm form={SIGNING_FORM} value={signing} at="$.signing" onChange={changeTo} />
      </Section>
    </>
  );
}
