/** A part of a page on a surface of its own, with a heading. */
import { makeStyles, Subtitle2, tokens } from "@fluentui/react-components";
import { useId, type ReactNode } from "react";

const useStyles = makeStyles({
  frame: {
    display: "flex",
    flexDirection: "column",
    gap: tokens.spacingVerticalM,
    minWidth: 0,
    scrollMarginTop: "4.5rem",
    padding: tokens.spacingHorizontalL,
    backgroundColor: tokens.colorNeutralBackground1,
    border: `1px solid ${tokens.colorNeutralStroke2}`,
    borderRadius: tokens.borderRadiusLarge,
    "@media (max-width: 30rem)": { padding: tokens.spacingHorizontalM },
  },
  title: { margin: "0" },
  head: { display: "flex", flexWrap: "wrap", justifyContent: "space-between", alignItems: "center", gap: tokens.spacingHorizontalS },
});

interface Props {
  readonly title: string;
  /** What links within the page lead to; the part can take the focus then. */
  readonly id?: string;
  /** Buttons that concern this part. */
  readonly actions?: ReactNode;
  readonly children: ReactNode;
}

export function Section({ title, id, actions, children }: Props) {
  const styles = useStyles();
  const heading = useId();
  return (
    <section className={styles.frame} aria-labelledby={heading} {...(id ? { id, tabIndex: -1 } : {})}>
      <div className={styles.head}>
        <Subtitle2 as="h2" id={heading} className={styles.title}>
          {title}
        </Subtitle2>
        {actions}
      </div>
      {children}
    </section>
  );
}
