/**
 * The name of a secret. Only the operator of the service puts secrets there, so administrators choose among the names that
 * the saved settings use for the same purpose already, or none; the API looks at where each of them may be used.
 */
import { Input, makeStyles, Select, tokens } from "@fluentui/react-components";

import { useText } from "../../../text/language";
import { useEditor } from "../draft/editor_context";
import { knownSecrets } from "../model/known_secrets";
import type { ControlProps } from "./control";

const useStyles = makeStyles({ code: { fontFamily: tokens.fontFamilyMonospace } });

interface Props extends ControlProps<string> {
  /** The field's name. */
  readonly of: string;
}

export function SecretControl({ props, of, value, readOnly, onChange }: Props) {
  const t = useText();
  const styles = useStyles();
  const { base } = useEditor();
  if (readOnly) {
    return (
      <Input {...props} className={styles.code} value={value} readOnly />
    );
  }
  const offered = knownSecrets(base, of);
  return (
    <Select
      {...props}
      className={styles.code}
      value={value}
      onChange={(_, data) => {
        onChange(data.value);
      }}
    >
      <option value="">{t("policies.nothing_chosen")}</option>
      {value === "" || offered.includes(value) ? null : <option value={value}>{value}</option>}
      {offered.map((name) => (
        <option key={name} value={name}>
          {name}
        </option>
      ))}
    </Select>
  );
}
