/** A condition tree as it was answered: each node with whether it matched, what it wanted and what the message has. */
import { Body1, Body1Strong, Caption1, makeStyles, tokens } from "@fluentui/react-components";
import { CheckmarkCircleFilled, SubtractCircleRegular } from "@fluentui/react-icons";

import type { components } from "../../api/schema.gen";
import type { TextKey } from "../../text/catalogue";
import { dryRun } from "../../text/dry_run";
import { useText } from "../../text/language";

type Tree = components["schemas"]["Explanation"];
type Text = ReturnType<typeof useText>;

const useStyles = makeStyles({
  list: {
    listStyleType: "none",
    margin: "0",
    paddingInlineStart: tokens.spacingHorizontalL,
    borderInlineStartWidth: "2px",
    borderInlineStartStyle: "solid",
    borderInlineStartColor: tokens.colorNeutralStroke2,
  },
  node: { marginBlock: tokens.spacingVerticalXS },
  line: { display: "flex", flexWrap: "wrap", alignItems: "center", gap: tokens.spacingHorizontalXS, overflowWrap: "anywhere" },
  yes: { color: tokens.colorStatusSuccessForeground1, flexShrink: 0 },
  no: { color: tokens.colorNeutralForeground2, flexShrink: 0 },
  quiet: { color: tokens.colorNeutralForeground2, display: "block", overflowWrap: "anywhere" },
});

/** `subject.contains` in words. */
function whatText(what: string, t: Text): string {
  const dot = what.indexOf(".");
  const [kind, operator] = dot < 0 ? [what, ""] : [what.slice(0, dot), what.slice(dot + 1)];
  const word = (key: string, otherwise: string) => (key in dryRun.en ? t(`dryRun.${key}` as TextKey) : otherwise);
  const subject = word(`what.${kind}`, kind);
  return operator ? `${subject}: ${word(`op.${operator}`, operator)}` : subject;
}

export function ConditionTree({ title, tree }: { readonly title: string; readonly tree: Tree }) {
  const styles = useStyles();
  return (
    <div>
      <Body1Strong>{title}</Body1Strong>
      <ul className={styles.list}>
        <Node tree={tree} />
      </ul>
    </div>
  );
}

function Node({ tree }: { readonly tree: Tree }) {
  const t = useText();
  const styles = useStyles();
  const said = tree.matched ? t("dryRun.matched") : t("dryRun.not_matched");
  const lines = [
    tree.wanted.length > 0 ? t("dryRun.wanted", { values: tree.wanted.join(", ") }) : "",
    tree.value.length > 0 ? t("dryRun.value", { values: tree.value.join(", ") }) : "",
    tree.found.length > 0 ? t("dryRun.found", { values: tree.found.join(", ") }) : "",
  ].filter(Boolean);
  return (
    <li className={styles.node}>
      <span className={styles.line}>
        {tree.matched ? (
          <CheckmarkCircleFilled className={styles.yes} aria-label={said} />
        ) : (
          <SubtractCircleRegular className={styles.no} aria-label={said} />
        )}
        <Body1>{whatText(tree.what, t)}</Body1>
      </span>
      {lines.map((line) => (
        <Caption1 key={line} className={styles.quiet}>
          {line}
        </Caption1>
      ))}
      {tree.children.length > 0 ? (
        <ul className={styles.list}>
          {tree.children.map((child, index) => (
            <Node key={index} tree={child} />
          ))}
        </ul>
      ) : null}
    </li>
  );
}
