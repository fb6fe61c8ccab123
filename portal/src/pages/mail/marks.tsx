/** Footnote marks: which reasons are about this; each leads to its reason. */
import { makeStyles, tokens } from "@fluentui/react-components";

import { useText } from "../../text/language";

const useStyles = makeStyles({
  marks: { whiteSpace: "nowrap" },
  mark: {
    color: tokens.colorPaletteRedForeground1,
    fontWeight: tokens.fontWeightSemibold,
    fontSize: tokens.fontSizeBase200,
    // Large enough for a finger (WCAG 2.5.8), although the words around it are small.
    display: "inline-block",
    minWidth: "24px",
    lineHeight: "24px",
    textAlign: "center",
    textDecorationLine: "none",
    ":hover": { textDecorationLine: "underline" },
  },
});

export function Marks({ numbers }: { readonly numbers: readonly number[] }) {
  const t = useText();
  const styles = useStyles();
  if (numbers.length === 0) return null;
  return (
    <span className={styles.marks}>
      {numbers.map((number) => (
        <a key={number} className={styles.mark} href={`#reason-${number}`} aria-label={t("mail.mark_label", { number })}>
          {t("mail.mark", { number })}
        </a>
      ))}
    </span>
  );
}
