/** One group: what it is part of, who owns it, who is in it. */
import { Button, makeStyles, Spinner, tokens } from "@fluentui/react-components";
import { DeleteRegular, EditRegular } from "@fluentui/react-icons";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useNavigate, useSearchParams } from "react-router";

import { bodyOf } from "../../api/client";
import type { components } from "../../api/schema.gen";
import { useApi } from "../../app/api_context";
import { afterFade } from "../../components/after_fade";
import { ConfirmDialog } from "../../components/confirm_dialog";
import { Facts } from "../../components/facts";
import { PageFrame } from "../../components/page_frame";
import { PageLink } from "../../components/page_link";
import { ProblemView } from "../../components/problem_view";
import { Section } from "../../components/section";
import { useText } from "../../text/language";
import { type GroupEdit, GroupForm } from "./group_form";
import { groupPath } from "./group_line";
import { MembersSection } from "./members_section";
import { personPath } from "./person_line";

type GroupView = components["schemas"]["GroupView"];

const useStyles = makeStyles({
  // Each link as high as a finger needs (WCAG 2.5.8).
  names: { display: "flex", flexWrap: "wrap", columnGap: tokens.spacingHorizontalM, "& > a": { lineHeight: "24px", minHeight: "24px" } },
});

export default function GroupPage() {
  const t = useText();
  const api = useApi();
  const [search] = useSearchParams();
  const id = search.get("id") ?? "";
  const group = useQuery({
    queryKey: ["groups", "one", id],
    queryFn: async ({ signal }) => bodyOf(await api.GET("/api/v1/group", { params: { query: { id } }, signal })),
  });
  if (group.data) return <Found key={`${id} ${group.data.version}`} view={group.data} reload={() => void group.refetch()} />;
  return (
    <PageFrame title={t("people.groups_title")}>
      {group.isPending ? <Spinner label={t("common.loading")} /> : null}
      {group.error ? <ProblemView error={group.error} onRetry={() => void group.refetch()} /> : null}
    </PageFrame>
  );
}

function Found({ view, reload }: { readonly view: GroupView; readonly reload: () => void }) {
  const t = useText();
  const api = useApi();
  const styles = useStyles();
  const navigate = useNavigate();
  const queries = useQueryClient();
  const [editing, setEditing] = useState(false);
  const [asking, setAsking] = useState(false);
  const { group } = view;
  const name = group.name || group.id;
  const known = { params: { query: { id: group.id }, header: { "If-Match": view.version } } } as const;
  const saving = useMutation({
    mutationFn: async (edit: GroupEdit) => bodyOf(await api.PUT("/api/v1/group", { ...known, body: edit })),
    onSuccess: async () => {
      setEditing(false);
      await queries.invalidateQueries({ queryKey: ["groups"] });
    },
  });
  const removing = useMutation({
    onSuccess: () => {
      afterFade(leave);
    },
    onSettled: () => {
      setAsking(false);
    },
    mutationFn: () => api.DELETE("/api/v1/group", known),
  });
  function leave() {
    void navigate("/groups", { replace: true });
    void queries.invalidateQueries({ queryKey: ["groups"], refetchType: "none" });
  }
  const error = saving.error ?? removing.error;
  const names = (groups: GroupView["above"]) =>
    groups.length > 0 ? (
      <span className={styles.names}>
        {groups.map((one) => (
          <PageLink key={one.id} to={groupPath(one.id)}>
            {one.name || one.id}
          </PageLink>
        ))}
      </span>
    ) : null;
  return (
    <PageFrame
      title={editing ? t("people.group_edit_title", { name }) : name}
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
      <Section title={t("people.groups_title")}>
        {editing ? (
          <GroupForm
            id={group.id}
            start={{ name: group.name, above: group.above, owners: group.owners }}
            busy={saving.isPending}
            onSave={(_, edit) => {
              saving.mutate(edit);
            }}
            onCancel={() => {
              saving.reset();
              setEditing(false);
            }}
          />
        ) : (
          <Facts
            facts={[
              [t("people.group_id"), group.id],
              [t("people.above"), names(view.above)],
              [t("people.below"), names(view.below)],
              [
                t("people.owners"),
                group.owners.length > 0 ? (
                  <span className={styles.names}>
                    {group.owners.map((owner) => (
                      
                        <PageLink key={owner} to={personPath(owner)}>{owner}</PageLink>
                      
                    ))}
                  </span>
                ) : (
                  t("people.no_owners")
                ),
              ],
            ]}
          />
        )}
      </Section>
      <MembersSection id={group.id} mayChange={view.may_change} />
      <ConfirmDialog
        open={asking}
        title={t("people.group_remove_title", { name })}
        action={t("people.remove")}
        busy={removing.isPending}
        onCancel={() => {
          setAsking(false);
        }}
        onConfirm={() => {
          removing.mutate();
        }}
      >
        {t("people.group_remove_text")}
      </ConfirmDialog>
    </PageFrame>
  );
}
