/** A condition tree as text (JSON); mistakes are told with line and column, and a press goes there. */
import { Button, Field, makeStyles, Text, Textarea, tokens } from "@fluentui/react-components";
import { useRef, useState } from "react";

import { useText } from "../../../text/language";
import { useEditor } from "../draft/editor_context";
import { JsonMistake, lineOf, type Located, locate } from "../model/json_places";
import { readCondition } from "../model/read_condition";
import type { Condition } from "../model/types";

const useStyles = makeStyles({
  frame: { display: "flex", flexDirection: "column", gap: tokens.spacingVerticalS },
  code: { fontFamily: tokens.fontFamilyMonospace },
  mistakes: { margin: 0, padding: 0, listStyleType: "none" },
});

interface Props {
  readonly name: string;
  readonly value: Condition;
  readonly at: string;
  readonly readOnly: boolean;
  readonly onChange: (to: Condition) => void;
}

interface Shown {
  readonly from: number;
  readonly to: number;
  readonly text: string;
}

function textOf(tree: Condition): string {
  return JSON.stringify(tree, null, 2);
}

export default function TreeText({ name, value, at, readOnly, onChange }: Props) {
  const t = useText();
  const styles = useStyles();
  const area = useRef<HTMLTextAreaElement>(null);
  const { problems } = useEditor();
  const [typed, setTyped] = useState(() => textOf(value));
  // The tree that the text was last read as: a change from elsewhere replaces the text.
  const [meant, setMeant] = useState<Condition>(value);
  if (value !== meant) {
    setMeant(value);
    setTyped(textOf(value));
  }
  const mistakes = mistakesOf(typed, t);
  const refused = mistakes.length > 0 ? [] : refusedPlaces(typed, at, problems);
  const shown = [...mistakes, ...refused];
  return (
    <div className={styles.frame}>
      <Field
        label={t("policies.json.label", { name })}
        hint={t("policies.json.hint")}
        validationState={shown.length > 0 ? "error" : "none"}
        {...(shown.length > 0 ? { validationMessage: t("policies.json.wrong", { count: shown.length }) } : {})}
      >
        <Textarea
          textarea={{ ref: area, className: styles.code, spellCheck: false }}
          value={typed}
          readOnly={readOnly}
          rows={16}
          resize="vertical"
          onChange={(_, data) => {
            setTyped(data.value);
            const tree = treeOf(data.value);
            if (!tree) return;
            setMeant(tree);
            onChange(tree);
          }}
        />
      </Field>
      <ul className={styles.mistakes} aria-label={t("policies.json.mistakes")}>
        {shown.map((mistake) => {
          const { line, column } = lineOf(typed, mistake.from);
          return (
            <li key={`${mistake.from.toString()} ${mistake.text}`}>
              <Button
                appearance="transparent"
                size="small"
                onClick={() => {
                  area.current?.focus();
                  area.current?.setSelectionRange(mistake.from, Math.max(mistake.to, mistake.from + 1));
                }}
              >
                {t("policies.json.place", { line, column })}
              </Button>
              <Text>{mistake.text}</Text>
            </li>
          );
        })}
      </ul>
    </div>
  );
}

function treeOf(text: string): Condition | null {
  try {
    return readCondition(locate(text).value).tree;
  } catch {
    return null;
  }
}

function mistakesOf(text: string, t: ReturnType<typeof useText>): readonly Shown[] {
  let located: Located;
  try {
    located = locate(text);
  } catch (error) {
    if (!(error instanceof JsonMistake)) throw error;
    return [{ from: error.at, to: error.at + 1, text: t(`policies.json.syntax_${error.what}`) }];
  }
  return readCondition(located.value).mistakes.map((mistake) => {
    const [from, to] = located.places.get(mistake.at) ?? [0, 1];
    return { from, to, text: t(mistake.text, mistake.values) };
  });
}

/** What the API refused, where it lies in this tree. */
function refusedPlaces(text: string, at: string, problems: readonly { readonly at: string; readonly problem: string }[]): readonly Shown[] {
  const { places } = locate(text);
  return problems.flatMap((problem) => {
    if (!problem.at.startsWith(at)) return [];
    const [from, to] = places.get(`$${problem.at.slice(at.length)}`) ?? [0, 1];
    return [{ from, to, text: problem.problem }];
  });
}
