/** Taking a tenant on, step by step: for its own administrators, and for the operator of the service. */
import { Spinner, Text, makeStyles, tokens } from "@fluentui/react-components";
import { useParams } from "react-router";

import { PageFrame } from "../../components/page_frame";
import { ProblemView } from "../../components/problem_view";
import { useText } from "../../text/language";
import { StepCard } from "./step_card";
import { useOnboarding } from "./use_onboarding";

const useStyles = makeStyles({
  lead: { display: "flex", flexDirection: "column", gap: tokens.spacingVerticalS, maxWidth: "60rem" },
});

export default function OnboardingPage() {
  const t = useText();
  const styles = useStyles();
  const { tenantId = "" } = useParams();
  const onboarding = useOnboarding(tenantId);
  const { view } = onboarding;
  const name = view.data ? view.data.name || view.data.tenant_id : tenantId;
  const steps = view.data?.steps.filter((step) => step.state !== "not-available") ?? [];
  const done = steps.filter((step) => step.state === "ok").length;
  return (
    <PageFrame title={tenantId ? t("onboarding.title_of", { name }) : t("onboarding.title")}>
      <div className={styles.lead}>
        <Text>{t("onboarding.lead")}</Text>
        {view.data ? (
          <Text weight="semibold" role="status">
            {t("onboarding.progress", { done, all: steps.length })}
          </Text>
        ) : null}
      </div>
      {view.isPending ? <Spinner label={t("common.loading")} /> : null}
      {view.error ? <ProblemView error={view.error} onRetry={onboarding.reload} /> : null}
      {view.data?.steps.map((step) => <StepCard key={step.step} step={step} view={view.data} onboarding={onboarding} />)}
    </PageFrame>
  );
}
