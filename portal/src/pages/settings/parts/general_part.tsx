/** The organisation itself: its name and time zone, its domains (which the operator of the service sets), delivery, and copies of one message. */
import { Text } from "@fluentui/react-components";

import { Section } from "../../../components/section";
import { useText } from "../../../text/language";
import { useEditor } from "../draft/editor_context";
import { FieldForm } from "../fields/field_form";
import { DELIVERY_FORM, GATHERING_FORM } from "../model/delivery_forms";
import { GENERAL_FORM } from "../model/forms";
import { isTenant } from "../model/types";
import { usePartStyles } from "./part_styles";

export default function GeneralPart() {
  const t = useText();
  const styles = usePartStyles();
  const { document, change } = useEditor();
  if (!isTenant(document)) return null;
  return (
    <>
      <Section title={t("settings.part.general")}>
        <FieldForm
          form={GENERAL_FORM}
          value={{ name: document.name, time_zone: document.time_zone }}
          at="$"
          onChange={(general) => {
            change({ ...document, ...general });
          }}
        />
      </Section>
      <Section title={t("settings.general.domains")}>
        <Text className={styles.muted}>{t("settings.general.domains_hint")}</Text>
        <ul aria-label={t("settings.general.domains")}>
          {document.domains.map((domain) => (
            <li key={domain}>
              <Text>{domain}</Text>
            </li>
          ))}
        </ul>
      </Section>
      <Section title={t("settings.delivery.title")}>
        <Text className={styles.muted}>{t("settings.delivery.lead")}</Text>
        <FieldForm
          form={DELIVERY_FORM}
          value={document.delivery}
          at="$.delivery"
          onChange={(delivery) => {
            change({ ...document, delivery });
          }}
        />
      </Section>
      <Section title={t("settings.gathering.title")}>
        <Text className={styles.muted}>{t("settings.gathering.lead")}</Text>
        <FieldForm
          form={GATHERING_FORM}
          value={document.gathering}
          at="$.gathering"
          onChange={(gathering) => {
            change({ ...document, gathering });
          }}
        />
      </Section>
    </>
  );
}
