/** Who is in a group; adding somebody and taking somebody out. */
import { Button, Field, Input, makeStyles, tokens } from "@fluentui/react-components";
import { PersonAddRegular, PersonDeleteRegular } from "@fluentui/react-icons";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState, type SyntheticEvent } from "react";

import { bodyOf } from "../../api/client";
import { useApi } from "../../app/api_context";
import { ConfirmDialog } from "../../components/confirm_dialog";
import { DataList } from "../../components/data_list";
import { usePaged } from "../../components/paged";
import { ProblemView } from "../../components/problem_view";
import { Section } from "../../components/section";
import { useText } from "../../text/language";
import { isAddress } from "./entries";
import { type Person, PersonLine } from "./person_line";

const useStyles = makeStyles({
  form: { display: "flex", flexWrap: "wrap", alignItems: "end", gap: tokens.spacingHorizontalS },
  field: { flexGrow: 1, minWidth: "12rem", maxWidth: "24rem" },
});

interface Change {
  readonly address: string;
  readonly add: boolean;
}

export function MembersSection({ id, mayChange }: { readonly id: string; readonly mayChange: boolean }) {
  const t = useText();
  const api = useApi();
  const queries = useQueryClient();
  const [leaving, setLeaving] = useState<Person | null>(null);
  const loaded = usePaged(["groups", "members", id], async (after, signal) =>
    bodyOf(await api.GET("/api/v1/group/members", { params: { query: { id, after } }, signal })),
  );
  const changing = useMutation({
    mutationFn: async ({ address, add }: Change) => {
      const params = { path: { address }, query: { id } };
      if (add) await api.PUT("/api/v1/group/members/{address}", { params });
      else await api.DELETE("/api/v1/group/members/{address}", { params });
    },
    onSuccess: async () => {
      await queries.invalidateQueries({ queryKey: ["groups"] });
      await queries.invalidateQueries({ queryKey: ["people"] });
    },
  });
  const nameOf = (person: Person) => person.display_name || person.address;
  return (
    <Section title={t("people.members_title")}>
      {changing.error ? <ProblemView error={changing.error} /> : null}
      {mayChange ? (
        <AddMember
          busy={changing.isPending}
          onAdd={(address) => {
            changing.mutate({ address, add: true });
          }}
        />
      ) : null}
      <DataList
        loaded={loaded}
        name={t("people.members_title")}
        keyOf={(person) => person.address}
        rowHeight={60}
        emptyTitle={t("people.members_empty")}
      >
        {(person) => (
          <PersonLine
            person={person}
            action={
              mayChange ? (
                <Button
                  appearance="subtle"
                  icon={<PersonDeleteRegular />}
                  aria-label={t("people.member_remove", { name: nameOf(person) })}
                  title={t("people.member_remove", { name: nameOf(person) })}
                  onClick={() => {
                    setLeaving(person);
                  }}
                />
              ) : null
            }
          />
        )}
      </DataList>
      <ConfirmDialog
        open={leaving !== null}
        title={t("people.member_remove_title", { name: leaving ? nameOf(leaving) : "" })}
        action={t("people.remove")}
        onCancel={() => {
          setLeaving(null);
        }}
        onConfirm={() => {
          if (leaving) changing.mutate({ address: leaving.address, add: false });
          setLeaving(null);
        }}
      >
        {t("people.member_remove_text", { address: leaving?.address ?? "" })}
      </ConfirmDialog>
    </Section>
  );
}

function AddMember({ busy, onAdd }: { readonly busy: boolean; readonly onAdd: (address: string) => void }) {
  const t = useText();
  const styles = useStyles();
  const [address, setAddress] = useState("");
  const fits = isAddress(address.trim());
  function submit(event: SyntheticEvent) {
    event.preventDefault();
    if (!fits) return;
    onAdd(address.trim());
    setAddress("");
  }
  return (
    <form className={styles.form} onSubmit={submit} aria-label={t("people.member_add")} noValidate>
      <Field label={t("people.member_address")} className={styles.field}>
        <Input
          type="email"
          value={address}
          maxLength={320}
          onChange={(_, data) => {
            setAddress(data.value);
          }}
        />
      </Field>
      <Button type="submit" icon={<PersonAddRegular />} disabled={busy || !fits}>
        {t("people.member_add")}
      </Button>
    </form>
  );
}
