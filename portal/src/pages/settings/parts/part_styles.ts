/** What the parts of the editor look alike in. */
import { makeStyles, tokens } from "@fluentui/react-components";

export const usePartStyles = makeStyles({
  list: { margin: 0, padding: 0, listStyleType: "none" },
  row: { borderBottom: `1px solid ${tokens.colorNeutralStroke3}` },
  muted: { color: tokens.colorNeutralForeground2 },
  stack: { display: "flex", flexDirection: "column", gap: tokens.spacingVerticalM, minWidth: 0 },
  buttons: { display: "flex", flexWrap: "wrap", gap: tokens.spacingHorizontalS },
});
