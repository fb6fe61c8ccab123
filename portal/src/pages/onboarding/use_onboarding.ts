/** Onboarding as the page uses it: one's own tenant's, or any tenant's for the operator. */
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";

import { bodyOf } from "../../api/client";
import type { components } from "../../api/schema.gen";
import { useApi } from "../../app/api_context";
import { useSaveFile } from "../../components/save_file";

export type StepName = components["schemas"]["Step"];
/** `tenantId` is empty for one's own tenant. */
export type Onboarding = ReturnType<typeof useOnboarding>;
export type OnboardingView = NonNullable<Onboarding["view"]["data"]>;
export type StepView = OnboardingView["steps"][number];
export type CanaryView = NonNullable<OnboardingView["canary"]>;

export function useOnboarding(tenantId: string) {
  const api = useApi();
  const queries = useQueryClient();
  const queryKey = ["onboarding", tenantId];
  const params = { path: { tenant_id: tenantId } };
  const view = useQuery({
    queryKey,
    queryFn: async ({ signal }) =>
      tenantId
        ? bodyOf(await api.GET("/api/v1/operator/tenants/{tenant_id}/onboarding", { params, signal }))
        : bodyOf(await api.GET("/api/v1/onboarding", { signal })),
  });
  const reload = () => void queries.invalidateQueries({ queryKey });
  const check = useMutation({
    mutationFn: async (step: StepName) =>
      tenantId
        ? bodyOf(await api.POST("/api/v1/operator/tenants/{tenant_id}/onboarding/check", { params, body: { step } }))
        : bodyOf(await api.POST("/api/v1/onboarding/check", { body: { step } })),
    onSuccess: reload,
  });
  const script = useSaveFile("matta.ps1");
  const saveScript = (part: "install" | "remove") => {
    const query = { part };
    script.save(() =>
      tenantId
        ? api.GET("/api/v1/operator/tenants/{tenant_id}/onboarding/exchange-script", { params: { ...params, query }, parseAs: "blob" })
        : api.GET("/api/v1/onboarding/exchange-script", { params: { query }, parseAs: "blob" }),
    );
  };
  return { tenantId, view, check, script, saveScript, reload };
}
