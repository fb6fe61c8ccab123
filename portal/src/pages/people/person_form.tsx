/** The fields of a person, for adding and for editing. */
import { Button, Field, Input, makeStyles, Select, SpinButton, Textarea, tokens } from "@fluentui/react-components";
import { useState, type SyntheticEvent } from "react";

import type { components } from "../../api/schema.gen";
import { useText } from "../../text/language";
import { isAddress, linesOf } from "./entries";

export type PersonEdit = components["schemas"]["PersonEdit"];

const useStyles = makeStyles({
  form: { display: "flex", flexDirection: "column", gap: tokens.spacingVerticalM, maxWidth: "36rem" },
  buttons: { display: "flex", gap: tokens.spacingHorizontalS },
});

interface Props {
  /** Empty for a new person, who then has a field for it. */
  readonly address: string;
  readonly start: PersonEdit;
  readonly busy: boolean;
  readonly onSave: (address: string, edit: PersonEdit) => void;
  readonly onCancel: () => void;
}

export const EMPTY_PERSON: PersonEdit = { display_name: "", language: "", manager: "", groups: [], members: 1, id: "", kind: "user" };

export function PersonForm({ address, start, busy, onSave, onCancel }: Props) {
  const t = useText();
  const styles = useStyles();
  const [typedAddress, setTypedAddress] = useState(address);
  const [edit, setEdit] = useState(start);
  const [groups, setGroups] = useState(start.groups.join("\n"));
  const [tried, setTried] = useState(false);
  const put = (change: Partial<PersonEdit>) => {
    setEdit((before) => ({ ...before, ...change }));
  };
  const wrongAddress = !isAddress(typedAddress.trim());
  const wrongManager = edit.manager.trim() !== "" && !isAddress(edit.manager.trim());
  const wrong = { validationMessage: t("people.wrong_address") };
  function submit(event: SyntheticEvent) {
    event.preventDefault();
    setTried(true);
    if (wrongAddress || wrongManager) return;
    onSave(typedAddress.trim(), { ...edit, manager: edit.manager.trim(), id: edit.id.trim(), groups: linesOf(groups) });
  }
  return (
    <form className={styles.form} onSubmit={submit} noValidate>
      {address ? null : (
        <Field label={t("people.address")} required {...(tried && wrongAddress ? wrong : {})}>
          <Input
            type="email"
            value={typedAddress}
            maxLength={320}
            onChange={(_, data) => {
              setTypedAddress(data.value);
            }}
          />
        </Field>
      )}
      <Field label={t("people.display_name")}>
        <Input
          value={edit.display_name}
          maxLength={200}
          onChange={(_, data) => {
            put({ display_name: data.value });
          }}
        />
      </Field>
      <Field label={t("people.kind")}>
        <Select
          value={edit.kind}
          onChange={(_, data) => {
            put({ kind: data.value === "shared" ? "shared" : "user" });
          }}
        >
          <option value="user">{t("people.kind.user")}</option>
          <option value="shared">{t("people.kind.shared")}</option>
        </Select>
      </Field>
      <Field label={t("people.language")}>
        <Select
          value={edit.language}
          onChange={(_, data) => {
            put({ language: data.value === "ja" || data.value === "en" ? data.value : "" });
          }}
        >
          <option value="">{t("people.language.none")}</option>
          <option value="ja">{t("people.language.ja")}</option>
          <option value="en">{t("people.language.en")}</option>
        </Select>
      </Field>
      <Field label={t("people.manager")} {...(tried && wrongManager ? wrong : {})}>
        <Input
          type="email"
          value={edit.manager}
          maxLength={320}
          onChange={(_, data) => {
            put({ manager: data.value });
          }}
        />
      </Field>
      <Field label={t("people.groups")} hint={t("people.groups_hint")}>
        <Textarea
          value={groups}
          rows={3}
          onChange={(_, data) => {
            setGroups(data.value);
          }}
        />
      </Field>
      <Field label={t("people.members")} hint={t("people.members_hint")}>
        <SpinButton
          min={1}
          max={1_000_000}
          value={edit.members}
          onChange={(_, data) => {
            const members = data.value ?? Number.parseInt(data.displayValue ?? "", 10);
            if (Number.isInteger(members) && members >= 1) put({ members });
          }}
        />
      </Field>
      <Field label={t("people.id")} hint={t("people.id_hint")}>
        <Input
          value={edit.id}
          maxLength={100}
          onChange={(_, data) => {
            put({ id: data.value });
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
