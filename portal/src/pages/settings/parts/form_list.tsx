/** Several small models below each other, each with its form; added at the end and taken out. */
import { Button, makeStyles, Text, tokens } from "@fluentui/react-components";
import { AddRegular, DeleteRegular } from "@fluentui/react-icons";
import type { ReactNode } from "react";

import { useText } from "../../../text/language";
import { useEditor } from "../draft/editor_context";
import { FieldForm } from "../fields/field_form";
import type { Form } from "../model/field";
import { usePartStyles } from "./part_styles";

const useStyles = makeStyles({
  item: {
    display: "flex",
    gap: tokens.spacingHorizontalS,
    alignItems: "start",
    padding: `${tokens.spacingVerticalM} 0`,
    borderBottom: `1px solid ${tokens.colorNeutralStroke3}`,
  },
  form: { flexGrow: 1, minWidth: 0, display: "flex", flexDirection: "column", gap: tokens.spacingVerticalM },
});

interface Props<T extends object> {
  readonly form: Form<T> | (Pick<Form<T>, "title" | "start"> & { readonly fields: unknown });
  /** Only these fields of the form; all where it is left out. */
  readonly only?: readonly (keyof T & string)[];
  /** What is added; the form's start where it is left out. */
  readonly fresh?: () => T;
  readonly items: readonly T[];
  readonly at: string;
  /** Tells the items apart, for screen readers. */
  readonly nameOf: (item: T) => string;
  readonly addLabel: string;
  readonly emptyText: string;
  readonly onChange: (items: readonly T[]) => void;
  /** What stands below the form of an item. */
  readonly below?: (item: T, at: string, change: (next: T) => void) => ReactNode;
}

export function FormList<T extends object>({ form, items, at, nameOf, addLabel, emptyText, onChange, below, only, fresh }: Props<T>) {
  const t = useText();
  const shared = usePartStyles();
  const styles = useStyles();
  const { readOnly } = useEditor();
  return (
    <div>
      {items.length === 0 ? <Text className={shared.muted}>{emptyText}</Text> : null}
      <ul className={shared.list} aria-label={t(form.title)}>
        {items.map((item, index) => {
          const place = `${at}[${index.toString()}]`;
          const name = nameOf(item) || t("settings.item.number", { number: index + 1 });
          const change = (next: T) => {
            onChange(items.with(index, next));
          };
          return (
            <li key={index} className={styles.item} aria-label={name}>
              <div className={styles.form}>
                <FieldForm form={form} value={item} at={place} onChange={change} {...(only ? { only } : {})} />
                {below?.(item, place, change)}
              </div>
              {readOnly ? null : (
                <Button
                  appearance="subtle"
                  icon={<DeleteRegular />}
                  aria-label={t("policies.texts.remove", { name })}
                  onClick={() => {
                    onChange(items.toSpliced(index, 1));
                  }}
                />
              )}
            </li>
          );
        })}
      </ul>
      {readOnly ? null : (
        <Button
          icon={<AddRegular />}
          onClick={() => {
            onChange([...items, fresh ? fresh() : form.start]);
          }}
        >
          {addLabel}
        </Button>
      )}
    </div>
  );
}
