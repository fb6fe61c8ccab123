/** Several texts: typed one by one, pasted many at once, or edited as lines. */
import {
  Button,
  InteractionTag,
  InteractionTagPrimary,
  InteractionTagSecondary,
  Input,
  makeStyles,
  Text,
  Textarea,
  tokens,
} from "@fluentui/react-components";
import { AddRegular, TextBulletListRegular } from "@fluentui/react-icons";
import { useState } from "react";

import { useText } from "../../../text/language";
import type { ControlProps } from "./control";
import { ControlGroup } from "./group";

const useStyles = makeStyles({
  frame: { display: "flex", flexDirection: "column", gap: tokens.spacingVerticalXS, minWidth: 0 },
  row: { display: "flex", gap: tokens.spacingHorizontalXS, minWidth: 0 },
  input: { flexGrow: 1, minWidth: 0 },
  tags: { display: "flex", flexWrap: "wrap", gap: tokens.spacingHorizontalXS, margin: 0, padding: 0, listStyleType: "none" },
  tag: { maxWidth: "100%" },
  tagText: { overflow: "hidden", textOverflow: "ellipsis" },
});

const MOST_TAGS = 60;

interface Props extends ControlProps<readonly string[]> {
  readonly addresses: boolean;
}

/** Lines of a paste; addresses are also told apart by what mail programs put between them. */
function pieces(text: string, addresses: boolean): readonly string[] {
  const found = text.split(addresses ? /[\n\r,;、；\t]+/ : /[\n\r]+/).map((one) => one.trim());
  return found.filter((one) => one !== "");
}

export function TextsControl(common: Props) {
  const t = useText();
  const styles = useStyles();
  const [asLines, setAsLines] = useState(false);
  const { props, label, value } = common;
  const lines = asLines || value.length > MOST_TAGS;
  return (
    <ControlGroup props={props} className={styles.frame}>
      {lines ? <Lines {...common} /> : <Tags {...common} />}
      {value.length <= MOST_TAGS && !common.readOnly ? (
        <div>
          <Button
            appearance="subtle"
            size="small"
            icon={<TextBulletListRegular />}
            aria-label={asLines ? t("policies.texts.one_by_one_of", { name: label }) : t("policies.texts.as_lines_of", { name: label })}
            onClick={() => {
              setAsLines(!asLines);
            }}
          >
            {asLines ? t("policies.texts.one_by_one") : t("policies.texts.as_lines")}
          </Button>
        </div>
      ) : null}
    </ControlGroup>
  );
}

function Lines({ label, value, readOnly, onChange }: Props) {
  const t = useText();
  const joined = value.join("\n");
  const [typed, setTyped] = useState(joined);
  // Empty lines and blanks at the ends are allowed while typing, and mean nothing.
  const text = pieces(typed, false).join("\n") === joined ? typed : joined;
  return (
    <>
      <Textarea
        aria-label={t("policies.texts.lines_of", { name: label })}
        value={text}
        readOnly={readOnly}
        rows={Math.min(12, Math.max(4, value.length + 1))}
        resize="vertical"
        onChange={(_, data) => {
          setTyped(data.value);
          onChange(pieces(data.value, false));
        }}
      />
      <Text size={200}>{t("policies.texts.count", { count: value.length })}</Text>
    </>
  );
}

function Tags({ label, addresses, value, readOnly, onChange }: Props) {
  const t = useText();
  const styles = useStyles();
  const [typed, setTyped] = useState("");
  const add = (text: string) => {
    const found = pieces(text, addresses).filter((one) => !value.includes(one));
    if (found.length > 0) onChange([...value, ...new Set(found)]);
    setTyped("");
  };
  return (
    <>
      {readOnly ? null : (
        <div className={styles.row}>
          <Input
            className={styles.input}
            aria-label={label}
            value={typed}
            onChange={(_, data) => {
              setTyped(data.value);
            }}
            onPaste={(event) => {
              const pasted = event.clipboardData.getData("text");
              if (pieces(pasted, addresses).length < 2) return;
              event.preventDefault();
              add(typed + pasted);
            }}
            onBlur={() => {
              add(typed);
            }}
            onKeyDown={(event) => {
              // Enter also ends a conversion of Japanese input, which is no wish to add.
              if (event.key !== "Enter" || event.nativeEvent.isComposing) return;
              event.preventDefault();
              add(typed);
            }}
          />
          <Button
            icon={<AddRegular />}
            aria-label={t("policies.texts.add_to", { name: label })}
            onClick={() => {
              add(typed);
            }}
          >
            {t("common.add")}
          </Button>
        </div>
      )}
      {value.length > 0 ? (
        <ul className={styles.tags}>
          {value.map((one, index) => (
            <li key={`${index.toString()} ${one}`} className={styles.tag}>
              <InteractionTag size="small" appearance="outline">
                <InteractionTagPrimary
                  hasSecondaryAction={!readOnly}
                  disabled={readOnly}
                  aria-label={t("policies.texts.edit", { name: one })}
                  onClick={() => {
                    setTyped(one);
                    onChange(value.toSpliced(index, 1));
                  }}
                >
                  {one}
                </InteractionTagPrimary>
                {readOnly ? null : (
                  <InteractionTagSecondary
                    aria-label={t("policies.texts.remove", { name: one })}
                    onClick={() => {
                      onChange(value.toSpliced(index, 1));
                    }}
                  />
                )}
              </InteractionTag>
            </li>
          ))}
        </ul>
      ) : null}
    </>
  );
}
