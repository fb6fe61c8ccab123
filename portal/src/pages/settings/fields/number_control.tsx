/** A number with its unit; nothing where the model allows that; bytes in units that people use. */
import { FieldContextProvider, Input, makeStyles, Select, Text, tokens } from "@fluentui/react-components";
import { useState } from "react";

import { useText } from "../../../text/language";
import type { AnyField } from "../model/field";
import type { ControlProps } from "./control";

const useStyles = makeStyles({
  row: { display: "flex", gap: tokens.spacingHorizontalXS, minWidth: 0 },
  number: { flexGrow: 1, minWidth: "5rem" },
  after: { color: tokens.colorNeutralForeground2 },
  unit: { width: "5.5rem", flexShrink: 0 },
});

const UNITS = [
  ["B", 1],
  ["KB", 1024],
  ["MB", 1024 * 1024],
] as const;

/** The largest unit in which the number is whole. */
function unitOf(bytes: number): number {
  return bytes === 0 ? 1024 * 1024 : (UNITS.findLast(([, size]) => bytes % size === 0)?.[1] ?? 1);
}

interface Props extends ControlProps<number | null> {
  readonly field: AnyField;
  readonly bytes: boolean;
}

export function NumberControl({ props, field, bytes, label, value, readOnly, onChange }: Props) {
  const t = useText();
  const styles = useStyles();
  const [unit, setUnit] = useState(bytes ? unitOf(value ?? 0) : 1);
  const shown = value === null ? "" : (value / unit).toString();
  // What is being typed, as long as it means the value: "1." and "" are on the way to a number.
  const [typed, setTyped] = useState(shown);
  const meant = typed.trim() === "" ? null : Number(typed) * unit;
  const text = meant === value || (typed.trim() === "" && value === field.least) ? typed : shown;
  return (
    <div className={styles.row}>
      <Input
        {...props}
        className={styles.number}
        type="number"
        value={text}
        readOnly={readOnly}
        min={field.least}
        max={field.most}
        step={bytes ? "any" : (field.step ?? 1)}
        contentAfter={
          field.unit ? (
            <Text size={200} className={styles.after}>
              {t(field.unit)}
            </Text>
          ) : null
        }
        onChange={(_, data) => {
          setTyped(data.value);
          const next = data.value.trim() === "" ? null : Number(data.value) * unit;
          if (next === null) onChange(emptyOf(field));
          else if (Number.isFinite(next)) onChange(bytes ? Math.round(next) : next);
        }}
      />
      {bytes ? (
        <FieldContextProvider value={undefined}>
        <Select
          className={styles.unit}
          aria-label={t("policies.field.unit_of", { name: label })}
          value={unit.toString()}
          disabled={readOnly}
          onChange={(_, data) => {
            const next = Number(data.value);
            if (value !== null) onChange(Math.round((value / unit) * next));
            setUnit(next);
          }}
        >
          {UNITS.map(([name, size]) => (
            <option key={name} value={size}>
              {name}
            </option>
          ))}
        </Select>
        </FieldContextProvider>
      ) : null}
    </div>
  );
}

function emptyOf(field: AnyField): number | null {
  return field.optional === true ? null : (field.least ?? 0);
}
