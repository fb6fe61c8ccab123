/** The fields of a group, for adding and for editing. */
import { Button, Field, Input, makeStyles, Textarea, tokens } from "@fluentui/react-components";
import { useState, type SyntheticEvent } from "react";

import type { components } from "../../api/schema.gen";
import { useText } from "../../text/language";
import { isAddress, linesOf } from "./entries";

export type GroupEdit = components["schemas"]["GroupEdit"];

const useStyles = makeStyles({
  form: { display: "flex", flexDirection: "column", gap: tokens.spacingVerticalM, maxWidth: "36rem" },
  buttons: { display: "flex", gap: tokens.spacingHorizontalS },
});

interface Props {
  /** Empty for a new group, which then has a field for it. */
  readonly id: string;
  readonly start: GroupEdit;
  readonly busy: boolean;
  readonly onSave: (id: string, edit: GroupEdit) => void;
  readonly onCancel: () => void;
}

export const EMPTY_GROUP: GroupEdit = { name: "", above: [], owners: [] };

export function GroupForm({ id, start, busy, onSave, onCancel }: Props) {
  const t = useText();
  const styles = useStyles();
  const [typedId, setTypedId] = useState(id);
  const [name, setName] = useState(start.name);
  const [above, setAbove] = useState(start.above.join("\n"));
  const [owners, setOwners] = useState(start.owners.join("\n"));
  const [tried, setTried] = useState(false);
  const missing = typedId.trim() === "";
  const wrong = linesOf(owners).find((owner) => !isAddress(owner));
  function submit(event: SyntheticEvent) {
    event.preventDefault();
    setTried(true);
    if (missing || wrong !== undefined) return;
    onSave(typedId.trim(), { name: name.trim(), above: linesOf(above), owners: linesOf(owners) });
  }
  return (
    <form className={styles.form} onSubmit={submit} noValidate>
      {id ? null : (
        <Field label={t("people.group_id")} required {...(tried && missing ? { validationMessage: t("exchange.error.required") } : {})}>
          <Input
            value={typedId}
            maxLength={200}
            onChange={(_, data) => {
              setTypedId(data.value);
            }}
          />
        </Field>
      )}
      <Field label={t("people.group_name")}>
        <Input
          value={name}
          maxLength={200}
          onChange={(_, data) => {
            setName(data.value);
          }}
        />
      </Field>
      <Field label={t("people.above")} hint={t("people.above_hint")}>
        <Textarea
          value={above}
          rows={3}
          onChange={(_, data) => {
            setAbove(data.value);
          }}
        />
      </Field>
      <Field
        label={t("people.owners")}
        hint={t("people.owners_hint")}
        {...(tried && wrong !== undefined ? { validationMessage: `${wrong}: ${t("people.wrong_address")}` } : {})}
      >
        <Textarea
          value={owners}
          rows={3}
          onChange={(_, data) => {
            setOwners(data.value);
          }}
        />
      </Field>
      <div className={styles.buttons}>
        <Button type="submit" appearance="primary" disabled={busy}>
          {t("common.save")}
        </Button>
        <Button type="button" disabled={busy} onClick={onCancel}>
          {t("common.cancel")}
        </Button>
      </div>
    </form>
  );
}
