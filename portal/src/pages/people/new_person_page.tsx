/** Adding a user. Somebody who was removed comes back by it. */
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "react-router";

import { bodyOf } from "../../api/client";
import { useApi } from "../../app/api_context";
import { PageFrame } from "../../components/page_frame";
import { ProblemView } from "../../components/problem_view";
import { Section } from "../../components/section";
import { useText } from "../../text/language";
import { EMPTY_PERSON, type PersonEdit, PersonForm } from "./person_form";
import { personPath } from "./person_line";

export default function NewPersonPage() {
  const t = useText();
  const api = useApi();
  const navigate = useNavigate();
  const queries = useQueryClient();
  const adding = useMutation({
    mutationFn: async ({ address, edit }: { address: string; edit: PersonEdit }) =>
      bodyOf(await api.POST("/api/v1/people", { body: { ...edit, address } })),
    onSuccess: async (view) => {
      await queries.invalidateQueries({ queryKey: ["people"] });
      await navigate(personPath(view.person.address), { replace: true });
    },
  });
  return (
    <PageFrame title={t("people.add_title")}>
      {adding.error ? <ProblemView error={adding.error} /> : null}
      <Section title={t("people.user")}>
        <PersonForm
          address=""
          start={EMPTY_PERSON}
          busy={adding.isPending}
          onSave={(address, edit) => {
            adding.mutate({ address, edit });
          }}
          onCancel={() => void navigate("/people")}
        />
      </Section>
    </PageFrame>
  );
}
