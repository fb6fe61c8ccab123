/** A search form: what is asked for goes into the page's address when Search is pressed. */
import { Button, Field, Input, makeStyles, Select, tokens } from "@fluentui/react-components";
import { SearchRegular } from "@fluentui/react-icons";
import { useState, type SyntheticEvent } from "react";

import { useText } from "../text/language";
import type { Filters } from "./filters";

const useStyles = makeStyles({
  form: {
    display: "grid",
    gridTemplateColumns: "repeat(auto-fill, minmax(min(100%, 12rem), 1fr))",
    gap: `${tokens.spacingVerticalS} ${tokens.spacingHorizontalM}`,
    alignItems: "end",
    padding: tokens.spacingHorizontalM,
    backgroundColor: tokens.colorNeutralBackground1,
    border: `1px solid ${tokens.colorNeutralStroke2}`,
    borderRadius: tokens.borderRadiusMedium,
  },
  control: { minWidth: 0, width: "100%" },
  buttons: { display: "flex", gap: tokens.spacingHorizontalS },
});

export interface FilterField<Name extends string> {
  readonly name: Name;
  readonly label: string;
  /** Text where there is neither. */
  readonly type?: "text" | "date" | "month";
  /** Value and what it is called; "" is everything. */
  readonly choices?: readonly (readonly [string, string])[];
  readonly hint?: string;
}

interface Props<Name extends string> {
  /** What the form searches, to screen readers. */
  readonly name: string;
  readonly fields: readonly FilterField<Name>[];
  readonly filters: Filters<Name>;
}

export function FilterForm<Name extends string>(props: Props<Name>) {
  // What was typed and not yet searched is forgotten when the address changes.
  const key = JSON.stringify(props.filters.values);
  return <Form key={key} {...props} />;
}

function Form<Name extends string>({ name, fields, filters }: Props<Name>) {
  const t = useText();
  const styles = useStyles();
  const [typed, setTyped] = useState<Readonly<Record<string, string>>>(filters.values);
  function put(field: string, value: string) {
    setTyped((before) => ({ ...before, [field]: value }));
  }
  function submit(event: SyntheticEvent) {
    event.preventDefault();
    filters.set(Object.fromEntries(fields.map((field) => [field.name, (typed[field.name] ?? "").trim()])) as Record<Name, string>);
  }
  return (
    <form className={styles.form} role="search" aria-label={name} onSubmit={submit}>
      {fields.map((field) => (
        <Field key={field.name} label={field.label}>
          {field.choices ? (
            <Select
              className={styles.control}
              value={typed[field.name] ?? ""}
              onChange={(_, data) => {
                put(field.name, data.value);
              }}
            >
              {field.choices.map(([value, text]) => (
                <option key={value} value={value}>
                  {text}
                </option>
              ))}
            </Select>
          ) : (
            <Input
              className={styles.control}
              type={field.type ?? "text"}
              {...(field.hint ? { placeholder: field.hint } : {})}
              value={typed[field.name] ?? ""}
              maxLength={320}
              onChange={(_, data) => {
                put(field.name, data.value);
              }}
            />
          )}
        </Field>
      ))}
      <div className={styles.buttons}>
        <Button type="submit" appearance="primary" icon={<SearchRegular />}>
          {t("common.search")}
        </Button>
        <Button type="button" disabled={filters.count === 0} onClick={filters.clear}>
          {t("common.clear")}
        </Button>
      </div>
    </form>
  );
}
