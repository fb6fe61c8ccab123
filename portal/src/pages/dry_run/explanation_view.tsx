/** How every rule and policy was answered for a message, with its condition tree to open. */
import {
  Accordion,
  AccordionHeader,
  AccordionItem,
  AccordionPanel,
  Badge,
  Body1,
  Caption1,
  makeStyles,
  Subtitle2,
  tokens,
} from "@fluentui/react-components";
import { CheckmarkRegular, SubtractRegular } from "@fluentui/react-icons";

import type { components } from "../../api/schema.gen";
import { useText } from "../../text/language";
import { ConditionTree } from "./condition_tree";

type Explanations = components["schemas"]["DecisionExplanation"];
type Tree = components["schemas"]["Explanation"];

const useStyles = makeStyles({
  head: { display: "flex", flexWrap: "wrap", gap: tokens.spacingHorizontalS, alignItems: "center" },
  name: { overflowWrap: "anywhere" },
  quiet: { color: tokens.colorNeutralForeground2 },
  panel: { paddingBlockEnd: tokens.spacingVerticalM },
});

interface Answer {
  readonly id: string;
  readonly name: string;
  readonly matched: boolean;
  /** Why it was not even asked; empty where it was. */
  readonly whyNot: string;
  readonly when: Tree | null;
  readonly unless: Tree | null;
  readonly about: readonly string[];
}

export function ExplanationView({ explanation }: { readonly explanation: Explanations }) {
  const t = useText();
  const about = ({ kind, value }: components["schemas"]["Anchor"]) => {
    if (kind === "subject") return t("tracking.subject");
    return kind === "attachment" ? t("dryRun.attachment_part", { part: value }) : value;
  };
  const why = (enabled: boolean, inScope: boolean, asked = true) => {
    if (!enabled) return t("dryRun.why_not.off");
    if (!asked) return t("dryRun.why_not.not_asked");
    return inScope ? "" : t("dryRun.why_not.scope");
  };
  return (
    <>
      <Answers
        title={t("dryRun.rules")}
        answers={explanation.rules.map((rule) => ({
          ...rule,
          matched: rule.matched && rule.in_scope,
          name: rule.name || rule.id,
          whyNot: why(rule.enabled, rule.in_scope),
          about: rule.anchors.map(about).filter(Boolean),
        }))}
      />
      <Answers
        title={t("dryRun.policies")}
        answers={explanation.policies.map((policy) => ({
          ...policy,
          name: policy.name || policy.id,
          whyNot: why(policy.enabled, policy.in_scope, policy.asked),
          about: [],
        }))}
      />
    </>
  );
}

function Answers({ title, answers }: { readonly title: string; readonly answers: readonly Answer[] }) {
  const t = useText();
  const styles = useStyles();
  if (answers.length === 0) return null;
  return (
    <div>
      <Subtitle2 as="h3">{title}</Subtitle2>
      <Accordion collapsible multiple>
        {answers.map((answer) => (
          <AccordionItem key={answer.id} value={answer.id}>
            <AccordionHeader>
              <span className={styles.head}>
                <Badge
                  appearance="tint"
                  color={answer.matched ? "warning" : "informative"}
                  icon={answer.matched ? <CheckmarkRegular aria-hidden /> : <SubtractRegular aria-hidden />}
                >
                  {answer.matched ? t("dryRun.matched") : t("dryRun.not_matched")}
                </Badge>
                <span className={styles.name}>{answer.name}</span>
                {answer.whyNot ? <Caption1 className={styles.quiet}>{answer.whyNot}</Caption1> : null}
              </span>
            </AccordionHeader>
            <AccordionPanel className={styles.panel}>
              {answer.about.length > 0 ? <Body1 block>{t("dryRun.about", { values: answer.about.join(", ") })}</Body1> : null}
              {answer.when ? <ConditionTree title={t("dryRun.when")} tree={answer.when} /> : null}
              {answer.unless ? <ConditionTree title={t("dryRun.unless")} tree={answer.unless} /> : null}
              {!answer.when && !answer.unless && answer.about.length === 0 ? (
                <Body1>{answer.whyNot || (answer.matched ? t("dryRun.matched") : t("dryRun.not_matched"))}</Body1>
              ) : null}
            </AccordionPanel>
          </AccordionItem>
        ))}
      </Accordion>
    </div>
  );
}
