/** What a check found, each with its state and evidence. Evidence was written by strangers: it is only ever shown as text. */
import { makeStyles, Text, tokens } from "@fluentui/react-components";

import { useLanguage, useText } from "../../text/language";
import { StepStateBadge } from "./step_state";
import type { StepView } from "./use_onboarding";

const useStyles = makeStyles({
  list: { display: "flex", flexDirection: "column", gap: tokens.spacingVerticalS, margin: "0", padding: "0", listStyleType: "none" },
  line: { display: "flex", flexWrap: "wrap", alignItems: "baseline", gap: tokens.spacingHorizontalS, overflowWrap: "anywhere" },
  words: { flex: "1 1 16rem", minWidth: 0 },
  evidence: {
    margin: `${tokens.spacingVerticalXS} 0 0`,
    padding: tokens.spacingHorizontalS,
    whiteSpace: "pre-wrap",
    overflowWrap: "anywhere",
    fontSize: tokens.fontSizeBase200,
    backgroundColor: tokens.colorNeutralBackground3,
    borderRadius: tokens.borderRadiusMedium,
  },
});

export function Findings({ step }: { readonly step: StepView }) {
  const t = useText();
  const { language } = useLanguage();
  const styles = useStyles();
  if (step.findings.length === 0) return null;
  return (
    <ul className={styles.list}>
      {step.findings.map((found, index) => {
        const values = Object.fromEntries(
          found.args.map(([name = "", value = ""]) => [name, name === "at" ? new Date(value).toLocaleString(language) : value]),
        );
        return (
          <li key={`${index.toString()} ${found.code}`} className={styles.line}>
            <StepStateBadge state={found.state} />
            <div className={styles.words}>
              {found.about ? <Text weight="semibold">{found.about} </Text> : null}
              <Text>{t(`onboarding.finding.${found.code}`, values)}</Text>
              {found.evidence.length > 0 ? (
                <details>
                  <summary>{t("onboarding.evidence")}</summary>
                  <pre className={styles.evidence}>{found.evidence.join("\n")}</pre>
                </details>
              ) : null}
            </div>
          </li>
        );
      })}
    </ul>
  );
}
