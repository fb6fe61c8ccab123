/** One user: what the directory says of them, their roles, and changes by those who may make them. */
import { Badge, Body1, Button, Caption1, makeStyles, Spinner, tokens } from "@fluentui/react-components";
import { DeleteRegular, EditRegular } from "@fluentui/react-icons";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useNavigate, useParams } from "react-router";

import { bodyOf } from "../../api/client";
import type { components } from "../../api/schema.gen";
import { may, useApi, useMe } from "../../app/api_context";
import { afterFade } from "../../components/after_fade";
import { ConfirmDialog } from "../../components/confirm_dialog";
import { Facts } from "../../components/facts";
import { PageFrame } from "../../components/page_frame";
import { ProblemView } from "../../components/problem_view";
import { Section } from "../../components/section";
import { PageLink } from "../../components/page_link";
import { useText } from "../../text/language";
import { groupPath } from "./group_line";
import { type PersonEdit, PersonForm } from "./person_form";
import { personPath } from "./person_line";

type PersonView = components["schemas"]["PersonView"];

const useStyles = makeStyles({
  badges: { display: "flex", flexWrap: "wrap", gap: tokens.spacingHorizontalXS },
  links: { display: "flex", flexWrap: "wrap", gap: tokens.spacingHorizontalL },
  list: { margin: "0", padding: "0", listStyleType: "none" },
  quiet: { color: tokens.colorNeutralForeground2 },
});

export default function PersonPage() {
  const t = useText();
  const api = useApi();
  const { address = "" } = useParams();
  const person = useQuery({
    queryKey: ["people", "one", address],
    queryFn: async ({ signal }) => bodyOf(await api.GET("/api/v1/people/{address}", { params: { path: { address } }, signal })),
  });
  if (person.data) return <Found key={person.data.version} view={person.data} reload={() => void person.refetch()} />;
  return (
    <PageFrame title={t("people.user")}>
      {person.isPending ? <Spinner label={t("common.loading")} /> : null}
      {person.error ? <ProblemView error={person.error} onRetry={() => void person.refetch()} /> : null}
    </PageFrame>
  );
}

function Found({ view, reload }: { readonly view: PersonView; readonly reload: () => void }) {
  const t = useText();
  const api = useApi();
  const navigate = useNavigate();
  const queries = useQueryClient();
  const [editing, setEditing] = useState(false);
  const [asking, setAsking] = useState(false);
  const { person } = view;
  const name = person.display_name || person.address;
  const known = { params: { path: { address: person.address }, header: { "If-Match": view.version } } } as const;
  const saving = useMutation({
    mutationFn: async (edit: PersonEdit) => bodyOf(await api.PUT("/api/v1/people/{address}", { ...known, body: edit })),
    onSuccess: async () => {
      setEditing(false);
      await queries.invalidateQueries({ queryKey: ["people"] });
    },
  });
  const removing = useMutation({
    onSuccess: () => {
      afterFade(leave);
    },
    onSettled: () => {
      setAsking(false);
    },
    mutationFn: () => api.DELETE("/api/v1/people/{address}", known),
  });
  const language = person.language === "ja" || person.language === "en" ? person.language : "";
  function leave() {
    void navigate("/people", { replace: true });
    void queries.invalidateQueries({ queryKey: ["people"], refetchType: "none" });
  }
  const error = saving.error ?? removing.error;
  return (
    <PageFrame
      title={editing ? t("people.edit_title", { name }) : name}
      actions={
        view.may_change && !editing ? (
          <>
            <Button
              icon={<EditRegular />}
              onClick={() => {
                setEditing(true);
              }}
            >
              {t("people.edit")}
            </Button>
            <Button
              icon={<DeleteRegular />}
              onClick={() => {
                setAsking(true);
              }}
            >
              {t("people.remove")}
            </Button>
          </>
        ) : null
      }
    >
      {error ? <ProblemView error={error} onRetry={reload} /> : null}
      {editing ? (
        <Section title={person.address}>
          <PersonForm
            address={person.address}
            start={{ ...person, groups: person.groups, language }}
            busy={saving.isPending}
            onSave={(_, { display_name, language: spoken, manager, groups, members, id, kind }) => {
              saving.mutate({ display_name, language: spoken, manager, groups, members, id, kind });
            }}
            onCancel={() => {
              saving.reset();
              setEditing(false);
            }}
          />
        </Section>
      ) : (
        <Shown view={view} />
      )}
      <ConfirmDialog
        open={asking}
        title={t("people.remove_title", { name })}
        action={t("people.remove")}
        busy={removing.isPending}
        onCancel={() => {
          setAsking(false);
        }}
        onConfirm={() => {
          removing.mutate();
        }}
      >
        {t("people.remove_text", { address: person.address })}
      </ConfirmDialog>
    </PageFrame>
  );
}

function Shown({ view }: { readonly view: PersonView }) {
  const t = useText();
  const me = useMe();
  const styles = useStyles();
  const { person } = view;
  const encoded = encodeURIComponent(person.address);
  const links = [
    ...(may(me, "read-people") ? [[`/profile/${encoded}`, t("people.profile")] as const] : []),
    ...(may(me, "read-messages")
      ? ([
          [`/all-held?sender=${encoded}`, t("people.held")],
          [`/tracking?sender=${encoded}`, t("people.tracking")],
        ] as const)
      : []),
  ];
  return (
    <>
      <Section title={t("people.user")}>
        <Facts
          facts={[
            [t("people.address"), person.address],
            [t("people.kind"), t(`people.kind.${person.kind}`)],
            [t("people.manager_name"), person.manager ? <PageLink to={personPath(person.manager)}>{person.manager}</PageLink> : ""],
            [
              t("people.groups"),
              view.groups.length > 0 ? (
                <ul className={styles.list}>
                  {view.groups.map((group, index) => (
                    <li key={group.id}>
                      <PageLink to={groupPath(group.id)}>{group.name || group.id}</PageLink>{" "}
                      {index === 0 ? <Caption1 className={styles.quiet}>{t("people.primary")}</Caption1> : null}
                    </li>
                  ))}
                </ul>
              ) : (
                ""
              ),
            ],
            [t("people.language"), person.language === "ja" || person.language === "en" ? t(`people.language.${person.language}`) : ""],
            [t("people.members"), person.members > 1 ? person.members.toString() : ""],
            [t("people.id"), person.id],
          ]}
        />
        <div className={styles.links}>
          {links.map(([to, text]) => (
            <PageLink key={to} to={to}>{text}</PageLink>
          ))}
        </div>
      </Section>
      <Section title={t("people.roles")}>
        {view.roles.length > 0 ? (
          <div className={styles.badges}>
            {view.roles.map((role) => (
              <Badge key={role} appearance="tint" size="large" color="brand">
                {t(`access.role.${role}`)}
              </Badge>
            ))}
          </div>
        ) : (
          <Body1>{t("people.no_roles")}</Body1>
        )}
        <Caption1 className={styles.quiet}>{t("people.roles_hint")}</Caption1>
      </Section>
    </>
  );
}
