/** One step: what it is about, how it stands, what was found, what can be done, and a button that checks it now. */
import { Button, Link, makeStyles, Spinner, Text, tokens } from "@fluentui/react-components";
import { ArrowDownloadRegular, PlayRegular } from "@fluentui/react-icons";

import { useApi } from "../../app/api_context";
import { PageLink } from "../../components/page_link";
import { ProblemView } from "../../components/problem_view";
import { useSaveFile } from "../../components/save_file";
import { Section } from "../../components/section";
import { useLanguage, useText } from "../../text/language";
import { CanaryPanel } from "./canary_panel";
import { DepartmentForm } from "./department_form";
import { Findings } from "./findings";
import { Records } from "./records";
import { StepStateBadge } from "./step_state";
import type { Onboarding, OnboardingView, StepView } from "./use_onboarding";

const useStyles = makeStyles({
  row: { display: "flex", flexWrap: "wrap", alignItems: "center", gap: tokens.spacingHorizontalS },
  soft: { color: tokens.colorNeutralForeground2 },
});

interface Props {
  readonly step: StepView;
  readonly view: OnboardingView;
  readonly onboarding: Onboarding;
}

export function StepCard({ step, view, onboarding }: Props) {
  const t = useText();
  const { language } = useLanguage();
  const styles = useStyles();
  const { check } = onboarding;
  const isChecking = check.isPending && check.variables === step.step;
  const title = t(`onboarding.step.${step.step}`);
  return (
    <Section title={title} id={`step-${step.step}`} actions={<StepStateBadge state={step.state} />}>
      <Text>{t(`onboarding.about.${step.step}`)}</Text>
      <Findings step={step} />
      <What step={step} view={view} onboarding={onboarding} />
      <div className={styles.row}>
        <Button
          appearance="primary"
          icon={isChecking ? <Spinner size="tiny" /> : <PlayRegular />}
          disabled={check.isPending}
          aria-label={t("onboarding.check_of", { step: title })}
          onClick={() => {
            check.mutate(step.step);
          }}
        >
          {t("onboarding.check")}
        </Button>
        <Text role="status" size={200} className={styles.soft}>
          {isChecking
            ? t("onboarding.checking")
            : step.checked_at
              ? t("onboarding.checked", { at: new Date(step.checked_at).toLocaleString(language), by: step.checked_by })
              : null}
        </Text>
      </div>
      {check.error && check.variables === step.step ? <ProblemView error={check.error} /> : null}
    </Section>
  );
}

/** What can be done about the step here. The operator checks and makes scripts; the rest is for the tenant's own people. */
function What({ step, view, onboarding }: Props) {
  const t = useText();
  const api = useApi();
  const styles = useStyles();
  const file = useSaveFile("matta");
  const isOwn = onboarding.tenantId === "";
  switch (step.step) {
    case "domains":
      return isOwn ? <Records purposes={["ownership"]} /> : null;
    case "dns":
      return isOwn ? <Records purposes={["spf", "dkim", "dmarc"]} /> : null;
    case "next-hop":
      return isOwn ? <PageLink to="/settings">{t("onboarding.to_settings")}</PageLink> : null;
    case "people":
      return isOwn ? <PageLink to="/exchange">{t("onboarding.to_people")}</PageLink> : null;
    case "sign-on":
      return view.consent_link ? (
        <div>
          <Link href={view.consent_link} target="_blank" rel="noreferrer">
            {t("onboarding.consent")}
          </Link>{" "}
          <Text size={200}>{t("onboarding.consent_hint", { directory: view.directory })}</Text>
        </div>
      ) : null;
    case "teams":
      return isOwn && view.has_teams ? (
        <div className={styles.row}>
          <Button
            icon={<ArrowDownloadRegular />}
            disabled={file.isSaving}
            onClick={() => {
              file.save(() => api.GET("/api/v1/onboarding/teams-app", { parseAs: "blob" }));
            }}
          >
            {t("onboarding.teams_app")}
          </Button>
          {file.error ? <ProblemView error={file.error} /> : null}
        </div>
      ) : null;
    case "add-in":
      return isOwn && view.has_add_in ? (
        <div className={styles.row}>
          <Button
            icon={<ArrowDownloadRegular />}
            disabled={file.isSaving}
            onClick={() => {
              file.save(() => api.GET("/api/v1/onboarding/add-in-manifest", { parseAs: "blob" }));
            }}
          >
            {t("onboarding.manifest")}
          </Button>
          {file.error ? <ProblemView error={file.error} /> : null}
        </div>
      ) : null;
    case "department":
      return isOwn ? <DepartmentForm key={view.group} group={view.group} onSaved={onboarding.reload} /> : null;
    case "exchange":
      return (
        <div className={styles.row}>
          {(["install", "remove"] as const).map((part) => (
            <Button
              key={part}
              icon={<ArrowDownloadRegular />}
              disabled={onboarding.script.isSaving}
              onClick={() => {
                onboarding.saveScript(part);
              }}
            >
              {part === "install" ? t("onboarding.script") : t("onboarding.script_back")}
            </Button>
          ))}
          {onboarding.script.error ? <ProblemView error={onboarding.script.error} /> : null}
        </div>
      );
    case "canary":
      return isOwn ? <CanaryPanel latest={view.canary} onEnd={onboarding.reload} /> : null;
  }
}
