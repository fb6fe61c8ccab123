/** What a list or page shows when there is nothing: why, and what to do next. */
import { Body1, makeStyles, Subtitle2, tokens } from "@fluentui/react-components";
import type { ReactNode } from "react";

const useStyles = makeStyles({
  frame: {
    display: "flex",
    flexDirection: "column",
    alignItems: "center",
    gap: tokens.spacingVerticalS,
    padding: tokens.spacingVerticalXXXL,
    textAlign: "center",
    color: tokens.colorNeutralForeground2,
  },
});

interface Props {
  readonly title: string;
  readonly text?: string;
  readonly action?: ReactNode;
}

export function EmptyState({ title, text, action }: Props) {
  const styles = useStyles();
  return (
    <div className={styles.frame}>
      <Subtitle2 as="h2">{title}</Subtitle2>
      {text ? <Body1>{text}</Body1> : null}
      {action}
    </div>
  );
}
