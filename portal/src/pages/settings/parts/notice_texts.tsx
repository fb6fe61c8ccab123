/** Words of one's own in notices, one for each notice and language, with a preview by each way of telling. */
import { Button, Field, makeStyles, Select, Text, tokens } from "@fluentui/react-components";
import { AddRegular, DeleteRegular, EyeRegular } from "@fluentui/react-icons";
import { useState } from "react";

import { bodyOf } from "../../../api/client";
import { useApi } from "../../../app/api_context";
import { Section } from "../../../components/section";
import { useText } from "../../../text/language";
import { useEditor } from "../draft/editor_context";
import { FieldForm } from "../fields/field_form";
import { NOTICE_TEXT_FORM, NOTICES_FORM } from "../model/forms";
import type { HoldNotices, NoticeText } from "../model/types";
import { noticeVariables } from "../model/variables";
import { usePartStyles } from "./part_styles";
import { PreviewView } from "./preview_view";
import { usePreview } from "./use_preview";
import { WordsArea } from "./words_area";

const useStyles = makeStyles({
  item: {
    display: "grid",
    gridTemplateColumns: "repeat(auto-fit, minmax(min(24rem, 100%), 1fr))",
    gap: tokens.spacingHorizontalL,
    alignItems: "start",
    padding: `${tokens.spacingVerticalM} 0`,
    borderBottom: `1px solid ${tokens.colorNeutralStroke3}`,
  },
});

interface Props {
  readonly texts: readonly NoticeText[];
  readonly channels: HoldNotices["channels"];
  readonly onChange: (texts: readonly NoticeText[]) => void;
}

export function NoticeTexts({ texts, channels, onChange }: Props) {
  const t = useText();
  const shared = usePartStyles();
  const { readOnly } = useEditor();
  return (
    <Section title={t("settings.words.title")}>
      <Text className={shared.muted}>{t("settings.words.lead")}</Text>
      <ul className={shared.list} aria-label={t("settings.words.title")}>
        {texts.map((text, index) => (
          <OneText
            key={index}
            text={text}
            at={`$.notices.texts[${index.toString()}]`}
            channel={channels[0] ?? "mail"}
            onChange={(next) => {
              onChange(texts.with(index, next));
            }}
            onRemove={() => {
              onChange(texts.toSpliced(index, 1));
            }}
          />
        ))}
      </ul>
      {readOnly ? null : (
        <div>
          <Button
            icon={<AddRegular />}
            onClick={() => {
              onChange([...texts, freshText(texts)]);
            }}
          >
            {t("settings.words.add")}
          </Button>
        </div>
      )}
    </Section>
  );
}

/** The first notice and language that has no words yet. */
function freshText(texts: readonly NoticeText[]): NoticeText {
  const notices = Object.keys(NOTICE_TEXT_FORM.fields.notice.words) as NoticeText["notice"][];
  for (const notice of notices) {
    for (const language of ["ja", "en"] as const) {
      if (!texts.some((one) => one.notice === notice && one.language === language)) {
        return { ...NOTICE_TEXT_FORM.start, notice, language };
      }
    }
  }
  return NOTICE_TEXT_FORM.start;
}

interface OneProps {
  readonly text: NoticeText;
  readonly at: string;
  readonly channel: HoldNotices["channels"][number];
  readonly onChange: (next: NoticeText) => void;
  readonly onRemove: () => void;
}

function OneText({ text, at, channel, onChange, onRemove }: OneProps) {
  const t = useText();
  const styles = useStyles();
  const shared = usePartStyles();
  const { readOnly } = useEditor();
  const [seen, setSeen] = useState(false);
  const name = `${t(NOTICE_TEXT_FORM.fields.notice.words[text.notice])} (${t(NOTICE_TEXT_FORM.fields.language.words[text.language])})`;
  return (
    <li className={styles.item} aria-label={name}>
      <div className={shared.stack}>
        <FieldForm form={NOTICE_TEXT_FORM} value={text} at={at} onChange={onChange} />
        <WordsArea
          label={t("settings.words.text")}
          hint={t("settings.words.text_hint")}
          value={text.text}
          at={`${at}.text`}
          rows={6}
          variables={noticeVariables(text.notice)}
          readOnly={readOnly}
          onChange={(next) => {
            onChange({ ...text, text: next });
          }}
        />
        <div className={shared.buttons}>
          <Button
            icon={<EyeRegular />}
            aria-expanded={seen}
            onClick={() => {
              setSeen(!seen);
            }}
          >
            {t("settings.preview.title")}
          </Button>
          {readOnly ? null : (
            <Button appearance="subtle" icon={<DeleteRegular />} aria-label={t("policies.texts.remove", { name })} onClick={onRemove}>
              {t("common.delete")}
            </Button>
          )}
        </div>
      </div>
      {seen ? <NoticePreview text={text} first={channel} /> : null}
    </li>
  );
}

function NoticePreview({ text, first }: { readonly text: NoticeText; readonly first: HoldNotices["channels"][number] }) {
  const t = useText();
  const api = useApi();
  const shared = usePartStyles();
  const [channel, setChannel] = useState(first);
  const preview = usePreview("notice", { words: text, channel }, async (body, signal) =>
    bodyOf(await api.POST("/api/v1/previews/notice", { body, signal })),
  );
  const { words } = NOTICES_FORM.fields.channels;
  return (
    <div className={shared.stack}>
      <Field label={t("settings.preview.channel")}>
        <Select
          value={channel}
          onChange={(_, data) => {
            setChannel(data.value as typeof channel);
          }}
        >
          {Object.entries(words).map(([word, key]) => (
            <option key={word} value={word}>
              {t(key)}
            </option>
          ))}
        </Select>
      </Field>
      <PreviewView
        error={preview.error}
        subject={preview.data?.subject}
        text={preview.data?.text || cardText(preview.data?.card)}
        html={preview.data?.html}
        problems={preview.data?.problems}
      />
    </div>
  );
}

/** The texts of an adaptive card, in their order; the card itself is Teams' to draw. */
function cardText(card: string | undefined): string {
  if (!card) return "";
  const found: string[] = [];
  const look = (value: unknown): void => {
    if (Array.isArray(value)) value.forEach(look);
    else if (typeof value === "object" && value !== null) {
      const { text, title, value: fact } = value as { text?: unknown; title?: unknown; value?: unknown };
      const words = [title, text, fact].filter((one): one is string => typeof one === "string");
      if (words.length > 0) found.push(words.join(": "));
      Object.values(value).forEach((inner) => {
        if (typeof inner === "object") look(inner);
      });
    }
  };
  try {
    look(JSON.parse(card));
  } catch {
    return card;
  }
  return found.join("\n");
}
