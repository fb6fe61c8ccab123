/** The templates of the scope, and one opened: its text and HTML with a preview beside them. */
import { Button, makeStyles, Text, tokens } from "@fluentui/react-components";
import { AddRegular } from "@fluentui/react-icons";

import { bodyOf } from "../../../api/client";
import { useApi } from "../../../app/api_context";
import { EmptyState } from "../../../components/empty_state";
import { Section } from "../../../components/section";
import { useText } from "../../../text/language";
import { useEditor } from "../draft/editor_context";
import { FieldForm } from "../fields/field_form";
import { TEMPLATE_FORM } from "../model/forms";
import { placeOf } from "../model/place";
import type { Template } from "../model/types";
import { TEMPLATE_VARIABLES } from "../model/variables";
import { useCollection } from "./collection";
import { useGo, useOpenItem } from "./go";
import { ItemFrame } from "./item_frame";
import { ItemRow } from "./item_row";
import { usePartStyles } from "./part_styles";
import { PreviewView } from "./preview_view";
import { usePreview } from "./use_preview";
import { WordsArea } from "./words_area";

const useStyles = makeStyles({
  columns: {
    display: "grid",
    gridTemplateColumns: "repeat(auto-fit, minmax(min(24rem, 100%), 1fr))",
    gap: tokens.spacingHorizontalL,
    alignItems: "start",
  },
});

export default function TemplatesPart() {
  const { items } = useCollection("templates");
  const open = useOpenItem();
  const template = items.find((one) => one.id === open);
  return template ? <OneTemplate key={template.id} template={template} /> : <AllTemplates />;
}

function AllTemplates() {
  const t = useText();
  const styles = usePartStyles();
  const go = useGo();
  const templates = useCollection("templates");
  const { base, readOnly } = useEditor();
  const add = (
    <Button
      appearance="primary"
      icon={<AddRegular />}
      onClick={() => {
        const id = templates.freshId();
        templates.add({ ...TEMPLATE_FORM.start, id });
        go("templates", id);
      }}
    >
      {t("settings.template.add")}
    </Button>
  );
  return (
    <Section title={t("settings.part.templates")} actions={readOnly ? null : add}>
      <Text className={styles.muted}>{t("settings.templates_lead")}</Text>
      {templates.items.length === 0 ? (
        <EmptyState title={t("settings.templates_none")} text={t("settings.templates_none_text")} />
      ) : null}
      <ul className={styles.list} aria-label={t("settings.part.templates")}>
        {templates.items.map((template) => (
          <li key={template.id} className={styles.row}>
            <ItemRow
              name={template.name || template.id}
              line={template.text.trim().split("\n")[0] ?? ""}
              readOnly={readOnly}
              changed={JSON.stringify(base.templates?.find((one) => one.id === template.id)) !== JSON.stringify(template)}
              onOpen={() => {
                go("templates", template.id);
              }}
              onDuplicate={() => {
                go("templates", templates.duplicate(template));
              }}
              onRemove={() => {
                templates.remove(template.id);
              }}
            />
          </li>
        ))}
      </ul>
    </Section>
  );
}

function OneTemplate({ template }: { readonly template: Template }) {
  const t = useText();
  const api = useApi();
  const styles = useStyles();
  const templates = useCollection("templates");
  const { document, readOnly } = useEditor();
  const at = placeOf(document, "templates", template.id);
  const preview = usePreview("template", template, async (body, signal) =>
    bodyOf(await api.POST("/api/v1/previews/template", { body, signal })),
  );
  const change = (next: Template) => {
    templates.replace(template.id, next);
  };
  return (
    <ItemFrame part="templates" name={template.name || template.id} id={template.id}>
      <div className={styles.columns}>
        <Section title={t("settings.rule.about")}>
          <FieldForm form={TEMPLATE_FORM} value={template} at={at} onChange={change} />
          <WordsArea
            label={t("settings.template.text")}
            value={template.text}
            at={`${at}.text`}
            rows={10}
            variables={TEMPLATE_VARIABLES}
            readOnly={readOnly}
            onChange={(text) => {
              change({ ...template, text });
            }}
          />
          <WordsArea
            label={t("settings.template.html")}
            hint={t("settings.template.html_hint")}
            value={template.html}
            at={`${at}.html`}
            rows={8}
            variables={TEMPLATE_VARIABLES}
            readOnly={readOnly}
            onChange={(html) => {
              change({ ...template, html });
            }}
          />
        </Section>
        <Section title={t("settings.preview.title")}>
          <PreviewView error={preview.error} text={preview.data?.text} html={preview.data?.html} problems={preview.data?.problems} />
        </Section>
      </div>
    </ItemFrame>
  );
}
