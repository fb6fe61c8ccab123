/** A form made from a table of fields: one control for each field that belongs to the value as it stands. */
import { Field, makeStyles, mergeClasses, tokens } from "@fluentui/react-components";

import { useText } from "../../../text/language";
import { useEditor, useProblemAt } from "../draft/editor_context";
import { type AnyField, type AnyForm, anyForm, type AnyValue, changed, controlOf, isShown } from "../model/field";
import type { Condition } from "../model/types";
import { CertificatesControl } from "./certificates_control";
import { ChoiceControl, ChoicesControl, SwitchControl } from "./choice_controls";
import { MomentControl } from "./moment_control";
import { NamesControl } from "./names_control";
import { NumberControl } from "./number_control";
import { SecretControl } from "./secret_control";
import { TextControl } from "./text_control";
import { TextsControl } from "./texts_control";
import { TreeField } from "./tree_field";

const useStyles = makeStyles({
  grid: {
    display: "grid",
    gridTemplateColumns: "repeat(auto-fit, minmax(min(14rem, 100%), 1fr))",
    columnGap: tokens.spacingHorizontalL,
    rowGap: tokens.spacingVerticalM,
    alignItems: "start",
    // Browsers give inputs a width of their own, which a narrow column has no room for.
    "& > *": { minWidth: 0 },
    "& > .fui-Field > .fui-Input, & > .fui-Field > .fui-Select, & > .fui-Field > .fui-Dropdown": { width: "100%", minWidth: 0 },
    "& > .fui-Field .fui-Input__input": { minWidth: 0, width: "100%" },
  },
  dense: { gridTemplateColumns: "repeat(auto-fit, minmax(min(10rem, 100%), 1fr))", rowGap: tokens.spacingVerticalS },
  wide: { gridColumn: "1 / -1" },
});

const WIDE: readonly string[] = ["long", "tree", "texts", "addresses", "lists", "groups", "choices", "certificates"];

interface Props<T extends object> {
  readonly form: { readonly fields: unknown; readonly start: unknown };
  readonly value: T;
  readonly onChange: (next: T) => void;
  /** The value's place in the document. */
  readonly at: string;
  /** Only these fields, in this order; all where it is left out. */
  readonly only?: readonly (keyof T & string)[];
  readonly dense?: boolean;
  readonly readOnly?: boolean;
}

export function FieldForm<T extends object>({ form, value, onChange, at, only, dense = false, readOnly = false }: Props<T>) {
  const styles = useStyles();
  const editor = useEditor();
  const table: AnyForm = anyForm(form);
  const plain = value as AnyValue;
  const names = only ?? Object.keys(table.fields);
  const fields = names.flatMap((name) => {
    const field = table.fields[name];
    return field && isShown(field, plain) ? [{ name, field }] : [];
  });
  if (fields.length === 0) return null;
  return (
    <div className={mergeClasses(styles.grid, dense && styles.dense)}>
      {fields.map(({ name, field }) => (
        <OneField
          key={name}
          name={name}
          field={field}
          control={controlOf(field, plain)}
          among={field.among?.(plain)}
          value={plain[name]}
          at={`${at}.${name}`}
          readOnly={readOnly || editor.readOnly}
          onChange={(to) => {
            onChange(changed(table, plain, name, to) as T);
          }}
        />
      ))}
    </div>
  );
}

interface OneProps {
  readonly name: string;
  readonly field: AnyField;
  readonly control: string;
  readonly among: readonly string[] | undefined;
  readonly value: unknown;
  readonly at: string;
  readonly readOnly: boolean;
  readonly onChange: (to: unknown) => void;
}

function OneField({ name, field, control, among, value, at, readOnly, onChange }: OneProps) {
  const t = useText();
  const styles = useStyles();
  const problem = useProblemAt(at);
  const label = t(field.label);
  const className = WIDE.includes(control) ? styles.wide : "";
  if (control === "switch") {
    return <SwitchControl label={label} hint={field.hint ? t(field.hint) : ""} value={value === true} readOnly={readOnly} onChange={onChange} />;
  }
  if (control === "tree") {
    return (
      <div className={styles.wide}>
        <TreeField label={label} value={value as Condition | null} at={at} readOnly={readOnly} onChange={onChange} />
      </div>
    );
  }
  return (
    <Field
      className={className}
      label={label}
      required={field.required ?? false}
      {...(field.hint ? { hint: t(field.hint) } : {})}
      {...(problem ? { validationMessage: problem } : {})}
    >
      {(props) => {
        const common = { props, readOnly, label };
        switch (control) {
          case "choice":
            return <ChoiceControl {...common} words={field.words ?? {}} among={among} value={String(value)} onChange={onChange} />;
          case "choices":
            return <ChoicesControl {...common} words={field.words ?? {}} value={value as readonly string[]} onChange={onChange} />;
          case "number":
          case "bytes":
            return <NumberControl {...common} field={field} bytes={control === "bytes"} value={value as number | null} onChange={onChange} />;
          case "lists":
          case "groups":
            return <NamesControl {...common} of={control} value={value as readonly string[]} onChange={onChange} />;
          case "texts":
          case "addresses":
            return <TextsControl {...common} addresses={control === "addresses"} value={value as readonly string[]} onChange={onChange} />;
          case "moment":
            return <MomentControl {...common} value={typeof value === "string" ? value : ""} onChange={onChange} />;
          case "certificates":
            return <CertificatesControl {...common} value={typeof value === "string" ? value : ""} onChange={onChange} />;
          case "secret":
            return <SecretControl {...common} of={name} value={typeof value === "string" ? value : ""} onChange={onChange} />;
          default:
            return <TextControl {...common} control={control} value={typeof value === "string" ? value : ""} onChange={onChange} />;
        }
      }}
    </Field>
  );
}
