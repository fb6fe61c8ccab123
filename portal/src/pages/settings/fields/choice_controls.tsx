/** One word of several, several of several, yes or no. */
import { Checkbox, Field, makeStyles, Select, Switch, tokens } from "@fluentui/react-components";

import type { TextKey } from "../../../text/catalogue";
import { useText } from "../../../text/language";
import type { ControlProps } from "./control";
import { ControlGroup } from "./group";

const useStyles = makeStyles({ row: { display: "flex", flexWrap: "wrap", columnGap: tokens.spacingHorizontalS } });

interface ChoiceProps extends ControlProps<string> {
  readonly words: Readonly<Record<string, TextKey>>;
  readonly among: readonly string[] | undefined;
}

export function ChoiceControl({ props, words, among, value, readOnly, onChange }: ChoiceProps) {
  const t = useText();
  const offered = Object.entries(words).filter(([word]) => !among || among.includes(word) || word === value);
  return (
    <Select
      {...props}
      value={value}
      disabled={readOnly}
      onChange={(_, data) => {
        onChange(data.value);
      }}
    >
      {offered.map(([word, text]) => (
        <option key={word} value={word}>
          {t(text)}
        </option>
      ))}
    </Select>
  );
}

interface ChoicesProps extends ControlProps<readonly string[]> {
  readonly words: Readonly<Record<string, TextKey>>;
}

export function ChoicesControl({ props, words, value, readOnly, onChange }: ChoicesProps) {
  const t = useText();
  const styles = useStyles();
  return (
    <ControlGroup props={props} className={styles.row}>
      {Object.entries(words).map(([word, text]) => (
        <Checkbox
          key={word}
          label={t(text)}
          checked={value.includes(word)}
          disabled={readOnly}
          onChange={(_, data) => {
            // In the order of the model, so that turning one off and on again is no change.
            onChange(Object.keys(words).filter((one) => (one === word ? data.checked === true : value.includes(one))));
          }}
        />
      ))}
    </ControlGroup>
  );
}

interface SwitchProps {
  readonly label: string;
  readonly hint: string;
  readonly value: boolean;
  readonly readOnly: boolean;
  readonly onChange: (to: boolean) => void;
}

export function SwitchControl({ label, hint, value, readOnly, onChange }: SwitchProps) {
  return (
    <Field {...(hint ? { hint } : {})}>
      <Switch
        label={label}
        checked={value}
        disabled={readOnly}
        onChange={(_, data) => {
          onChange(data.checked);
        }}
      />
    </Field>
  );
}
