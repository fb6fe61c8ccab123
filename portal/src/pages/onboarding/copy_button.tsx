/** Copies a text; says so to those who do not see it, too. */
import { Button, makeStyles, Text, tokens } from "@fluentui/react-components";
import { CopyRegular } from "@fluentui/react-icons";
import { useState } from "react";

import { useText } from "../../text/language";

const useStyles = makeStyles({
  frame: { display: "inline-flex", flexWrap: "wrap", alignItems: "center", gap: tokens.spacingHorizontalXS },
});

export function CopyButton({ value, what }: { readonly value: string; readonly what: string }) {
  const t = useText();
  const styles = useStyles();
  const [told, setTold] = useState<"copied" | "copy_failed" | null>(null);
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(value);
      setTold("copied");
    } catch {
      setTold("copy_failed");
    }
  };
  return (
    <span className={styles.frame}>
      <Button size="small" icon={<CopyRegular />} aria-label={t("onboarding.copy_of", { what })} onClick={() => void copy()}>
        {t("onboarding.copy")}
      </Button>
      <Text role="status" size={200}>
        {told ? t(`onboarding.${told}`) : null}
      </Text>
    </span>
  );
}
