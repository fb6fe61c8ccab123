/** The frame of every page: its title (also the window's), its buttons, its content. */
import { makeStyles, Title2, tokens } from "@fluentui/react-components";
import { useEffect, type ReactNode } from "react";

import { useText } from "../text/language";

const useStyles = makeStyles({
  frame: { display: "flex", flexDirection: "column", gap: tokens.spacingVerticalL, minWidth: 0, flexGrow: 1 },
  head: {
    display: "flex",
    flexWrap: "wrap",
    alignItems: "center",
    justifyContent: "space-between",
    gap: tokens.spacingHorizontalM,
  },
  title: { margin: "0", overflowWrap: "anywhere", minWidth: 0 },
  buttons: { display: "flex", flexWrap: "wrap", gap: tokens.spacingHorizontalS },
});

interface Props {
  readonly title: string;
  /** Buttons that concern the whole page. */
  readonly actions?: ReactNode;
  readonly children: ReactNode;
}

export function PageFrame({ title, actions, children }: Props) {
  const t = useText();
  const styles = useStyles();
  useEffect(() => {
    document.title = `${title} – ${t("common.product")}`;
  }, [title, t]);
  return (
    <div className={styles.frame}>
      <div className={styles.head}>
        <Title2 as="h1" className={styles.title}>{title}</Title2>
        {actions ? <div className={styles.buttons}>{actions}</div> : null}
      </div>
      {children}
    </div>
  );
}
