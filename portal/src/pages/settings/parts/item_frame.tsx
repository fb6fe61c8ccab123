/** One item opened: the way back to the list, its name, and its forms. An item that is not there says so. */
import { Button, makeStyles, Subtitle1, Text, tokens } from "@fluentui/react-components";
import { ArrowLeftRegular } from "@fluentui/react-icons";
import type { ReactNode } from "react";

import { useText } from "../../../text/language";
import type { Part } from "../model/types";
import { useGo } from "./go";

const useStyles = makeStyles({
  frame: { display: "flex", flexDirection: "column", gap: tokens.spacingVerticalL, minWidth: 0 },
  head: { display: "flex", flexWrap: "wrap", alignItems: "center", gap: tokens.spacingHorizontalS },
  name: { flexGrow: 1, minWidth: 0, overflowWrap: "anywhere" },
  id: { color: tokens.colorNeutralForeground3 },
});

interface Props {
  readonly part: Part;
  readonly name: string;
  readonly id: string;
  readonly actions?: ReactNode;
  readonly children: ReactNode;
}

export function ItemFrame({ part, name, id, actions, children }: Props) {
  const t = useText();
  const styles = useStyles();
  const go = useGo();
  return (
    <div className={styles.frame}>
      <div className={styles.head}>
        <Button
          appearance="subtle"
          icon={<ArrowLeftRegular />}
          onClick={() => {
            go(part);
          }}
        >
          {t(`settings.part.${part}`)}
        </Button>
        <Subtitle1 as="h2" className={styles.name}>
          {name}
        </Subtitle1>
        {actions}
      </div>
      {children}
      <Text size={200} className={styles.id}>
        {t("settings.item.id", { id })}
      </Text>
    </div>
  );
}
