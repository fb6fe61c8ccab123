/** Who has which role in the portal, where Matta and not the directory says so. */
import { Switch, Text } from "@fluentui/react-components";

import { Section } from "../../../components/section";
import { useText } from "../../../text/language";
import { useEditor } from "../draft/editor_context";
import { GRANT_FORM } from "../model/forms";
import { isTenant } from "../model/types";
import { FormList } from "./form_list";
import { usePartStyles } from "./part_styles";

export default function AccessPart() {
  const t = useText();
  const styles = usePartStyles();
  const { document, change, readOnly } = useEditor();
  if (!isTenant(document)) return null;
  const { access } = document;
  return (
    <Section title={t("settings.part.access")}>
      <Text className={styles.muted}>{t("settings.access_lead")}</Text>
      <Switch
        label={t("settings.grant.app_roles")}
        checked={access.app_roles}
        disabled={readOnly}
        onChange={(_, data) => {
          change({ ...document, access: { ...access, app_roles: data.checked } });
        }}
      />
      <FormList
        form={GRANT_FORM}
        items={access.grants}
        at="$.access.grants"
        nameOf={(grant) => grant.address}
        addLabel={t("settings.grant.add")}
        emptyText={t("settings.grant.none")}
        onChange={(grants) => {
          change({ ...document, access: { ...access, grants: [...grants] } });
        }}
      />
    </Section>
  );
}
