/** Words in the subject by which a sender overrides; the organisation's alone. */
import { Text } from "@fluentui/react-components";

import { Section } from "../../../components/section";
import { useText } from "../../../text/language";
import { useEditor } from "../draft/editor_context";
import { MARK_FORM } from "../model/forms";
import { isTenant } from "../model/types";
import { FormList } from "./form_list";
import { usePartStyles } from "./part_styles";

export default function MarksPart() {
  const t = useText();
  const styles = usePartStyles();
  const { document, change } = useEditor();
  if (!isTenant(document)) return null;
  return (
    <Section title={t("settings.part.marks")}>
      <Text className={styles.muted}>{t("settings.marks_lead")}</Text>
      <FormList
        form={MARK_FORM}
        items={document.subject_marks}
        at="$.subject_marks"
        nameOf={(mark) => mark.mark}
        addLabel={t("settings.mark.add")}
        emptyText={t("settings.marks_none")}
        onChange={(subject_marks) => {
          change({ ...document, subject_marks: [...subject_marks] });
        }}
      />
    </Section>
  );
}
