/** One tenant as the operator sees it: who it is, its plan and how it stands; editing, suspending, resuming. */
import { Button, Spinner } from "@fluentui/react-components";
import { EditRegular, PauseCircleRegular, PlayCircleRegular } from "@fluentui/react-icons";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useParams } from "react-router";

import { bodyOf } from "../../api/client";
import type { components } from "../../api/schema.gen";
import { useApi } from "../../app/api_context";
import { Facts } from "../../components/facts";
import { PageFrame } from "../../components/page_frame";
import { PageLink } from "../../components/page_link";
import { ProblemView } from "../../components/problem_view";
import { Section } from "../../components/section";
import { useLanguage, useText } from "../../text/language";
import { SuspendDialog } from "./suspend_dialog";
import { TenantForm } from "./tenant_form";
import { TenantStateBadge } from "./tenant_state";
import { editOf, type TypedTenant, typedOf } from "./typed_tenant";

type TenantView = components["schemas"]["TenantView"];

export default function TenantPage() {
  const t = useText();
  const api = useApi();
  const { tenantId = "" } = useParams();
  const tenant = useQuery({
    queryKey: ["tenants", "one", tenantId],
    queryFn: async ({ signal }) =>
      bodyOf(await api.GET("/api/v1/operator/tenants/{tenant_id}", { params: { path: { tenant_id: tenantId } }, signal })),
  });
  if (tenant.data) return <Found key={tenant.data.version} view={tenant.data} reload={() => void tenant.refetch()} />;
  return (
    <PageFrame title={t("operator.tenant")}>
      {tenant.isPending ? <Spinner label={t("common.loading")} /> : null}
      {tenant.error ? <ProblemView error={tenant.error} onRetry={() => void tenant.refetch()} /> : null}
    </PageFrame>
  );
}

function Found({ view, reload }: { readonly view: TenantView; readonly reload: () => void }) {
  const t = useText();
  const api = useApi();
  const queries = useQueryClient();
  const [editing, setEditing] = useState(false);
  const [asking, setAsking] = useState(false);
  const params = { path: { tenant_id: view.tenant_id }, header: { "If-Match": view.version.toString() } };
  const onSuccess = () => queries.invalidateQueries({ queryKey: ["tenants"] });
  const saving = useMutation({
    mutationFn: (typed: TypedTenant) => api.PUT("/api/v1/operator/tenants/{tenant_id}", { params, body: editOf(typed) }),
    onSuccess,
  });
  const suspending = useMutation({
    mutationFn: (comment: string) =>
      api.PUT("/api/v1/operator/tenants/{tenant_id}/suspension", { params, body: { suspended: !view.suspended, comment } }),
    onSuccess,
  });
  const error = saving.error ?? suspending.error;
  const name = view.name || view.tenant_id;
  return (
    <PageFrame
      title={editing ? t("operator.edit_title", { name }) : name}
      actions={
        editing ? null : (
          <>
            <Button
              icon={<EditRegular />}
              onClick={() => {
                setEditing(true);
              }}
            >
              {t("operator.edit")}
            </Button>
            <Button
              icon={view.suspended ? <PlayCircleRegular /> : <PauseCircleRegular />}
              disabled={suspending.isPending}
              onClick={() => {
                setAsking(true);
              }}
            >
              {view.suspended ? t("operator.resume") : t("operator.suspend")}
            </Button>
          </>
        )
      }
    >
      {error ? <ProblemView error={error} onRetry={reload} /> : null}
      <Section
        title={t("operator.tenant")}
        actions={<PageLink to={`/operator/tenants/${view.tenant_id}/onboarding`}>{t("nav.onboarding")}</PageLink>}
      >
        {editing ? (
          <TenantForm
            isNew={false}
            start={typedOf(view)}
            busy={saving.isPending}
            onSave={(typed) => {
              saving.mutate(typed);
            }}
            onCancel={() => {
              saving.reset();
              setEditing(false);
            }}
          />
        ) : (
          <Shown view={view} />
        )}
      </Section>
      <SuspendDialog
        open={asking}
        name={name}
        suspended={view.suspended}
        onCancel={() => {
          setAsking(false);
        }}
        onConfirm={(comment) => {
          setAsking(false);
          suspending.mutate(comment);
        }}
      />
    </PageFrame>
  );
}

function Shown({ view }: { readonly view: TenantView }) {
  const t = useText();
  const { language } = useLanguage();
  const day = (at: string) => new Date(at).toLocaleDateString(language, { dateStyle: "long" });
  return (
    <Facts
      facts={[
        [t("operator.tenant_id"), view.tenant_id],
        [t("operator.state"), <TenantStateBadge key="state" state={view.state} />],
        [t("operator.domains"), view.domains.join(", ")],
        [t("operator.peers"), view.peers.join(", ")],
        [t("operator.exchange_tenant"), view.exchange_tenant],
        [t("operator.hosts"), view.hosts.join(", ")],
        [t("operator.plan"), t(`operator.plan.${view.plan}`)],
        [
          t("operator.trial_ends"),
          view.plan === "trial" && view.trial_ends_at ? day(new Date(Date.parse(view.trial_ends_at) - 1).toISOString()) : "",
        ],
        [t("operator.people"), view.people === null ? t("operator.people_unknown") : view.people.toLocaleString(language)],
        [t("operator.administrators"), view.administrators.join(", ") || t("operator.no_administrators")],
        [t("operator.entra"), view.entra_tenant],
        [t("operator.version"), view.version.toLocaleString(language)],
      ]}
    />
  );
}
