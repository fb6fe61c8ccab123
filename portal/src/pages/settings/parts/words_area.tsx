/** A text with variables: the offered ones are put in at the cursor. */
import { Button, Field, makeStyles, Textarea, tokens } from "@fluentui/react-components";
import { useRef } from "react";

import { useText } from "../../../text/language";
import { useProblemAt } from "../draft/editor_context";
import type { Variable } from "../model/variables";

const useStyles = makeStyles({
  frame: { display: "flex", flexDirection: "column", gap: tokens.spacingVerticalXS, minWidth: 0 },
  code: { fontFamily: tokens.fontFamilyMonospace },
  variables: { display: "flex", flexWrap: "wrap", gap: tokens.spacingHorizontalXXS },
});

interface Props {
  readonly label: string;
  readonly hint?: string;
  readonly value: string;
  readonly at: string;
  readonly rows: number;
  readonly variables: readonly Variable[];
  readonly readOnly: boolean;
  readonly onChange: (value: string) => void;
}

export function WordsArea({ label, hint, value, at, rows, variables, readOnly, onChange }: Props) {
  const t = useText();
  const styles = useStyles();
  const area = useRef<HTMLTextAreaElement>(null);
  const problem = useProblemAt(at);
  const insert = (code: string) => {
    const [from, to] = [area.current?.selectionStart ?? value.length, area.current?.selectionEnd ?? value.length];
    onChange(value.slice(0, from) + code + value.slice(to));
    // After React has written the new text, the cursor stands behind what was put in.
    window.requestAnimationFrame(() => {
      area.current?.focus();
      area.current?.setSelectionRange(from + code.length, from + code.length);
    });
  };
  return (
    <div className={styles.frame}>
      <Field label={label} {...(hint ? { hint } : {})} {...(problem ? { validationMessage: problem } : {})}>
        <Textarea
          textarea={{ ref: area, className: styles.code }}
          rows={rows}
          resize="vertical"
          value={value}
          readOnly={readOnly}
          onChange={(_, data) => {
            onChange(data.value);
          }}
        />
      </Field>
      {readOnly ? null : (
        <div className={styles.variables} role="group" aria-label={t("settings.variable.title", { name: label })}>
          {variables.map((variable) => (
            <Button
              key={variable.code}
              size="small"
              appearance="outline"
              title={variable.code}
              onClick={() => {
                insert(variable.code);
              }}
            >
              {t(variable.text)}
            </Button>
          ))}
        </div>
      )}
    </div>
  );
}
