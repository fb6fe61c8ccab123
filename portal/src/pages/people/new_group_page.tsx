/** Adding a group. */
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "react-router";

import { bodyOf } from "../../api/client";
import { useApi } from "../../app/api_context";
import { PageFrame } from "../../components/page_frame";
import { ProblemView } from "../../components/problem_view";
import { Section } from "../../components/section";
import { useText } from "../../text/language";
import { EMPTY_GROUP, type GroupEdit, GroupForm } from "./group_form";
import { groupPath } from "./group_line";

export default function NewGroupPage() {
  const t = useText();
  const api = useApi();
  const navigate = useNavigate();
  const queries = useQueryClient();
  const adding = useMutation({
    mutationFn: async ({ id, edit }: { id: string; edit: GroupEdit }) =>
      bodyOf(await api.POST("/api/v1/groups", { body: { ...edit, id } })),
    onSuccess: async (view) => {
      await queries.invalidateQueries({ queryKey: ["groups"] });
      await navigate(groupPath(view.group.id), { replace: true });
    },
  });
  return (
    <PageFrame title={t("people.group_add_title")}>
      {adding.error ? <ProblemView error={adding.error} /> : null}
      <Section title={t("people.groups_title")}>
        <GroupForm
          id=""
          start={EMPTY_GROUP}
          busy={adding.isPending}
          onSave={(id, edit) => {
            adding.mutate({ id, edit });
          }}
          onCancel={() => void navigate("/groups")}
        />
      </Section>
    </PageFrame>
  );
}
