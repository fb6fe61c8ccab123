/** Creating a tenant. */
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "react-router";

import { bodyOf } from "../../api/client";
import { useApi } from "../../app/api_context";
import { PageFrame } from "../../components/page_frame";
import { ProblemView } from "../../components/problem_view";
import { Section } from "../../components/section";
import { useText } from "../../text/language";
import { TenantForm } from "./tenant_form";
import { creationOf, NEW_TENANT, type TypedTenant } from "./typed_tenant";

export default function NewTenantPage() {
  const t = useText();
  const api = useApi();
  const navigate = useNavigate();
  const queries = useQueryClient();
  const creating = useMutation({
    mutationFn: async (typed: TypedTenant) => bodyOf(await api.POST("/api/v1/operator/tenants", { body: creationOf(typed) })),
    onSuccess: async (view) => {
      await queries.invalidateQueries({ queryKey: ["tenants"] });
      await navigate(`/operator/tenants/${encodeURIComponent(view.tenant_id)}`, { replace: true });
    },
  });
  return (
    <PageFrame title={t("operator.add_title")}>
      {creating.error ? <ProblemView error={creating.error} /> : null}
      <Section title={t("operator.tenant")}>
        <TenantForm
          isNew
          start={NEW_TENANT}
          busy={creating.isPending}
          onSave={(typed) => {
            creating.mutate(typed);
          }}
          onCancel={() => void navigate("/operator/tenants")}
        />
      </Section>
    </PageFrame>
  );
}
