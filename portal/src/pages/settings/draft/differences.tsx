/** Differences of two versions as the API tells them: where, what was there, what is there now. */
import { Badge, makeStyles, Text, tokens } from "@fluentui/react-components";

import type { TextKey } from "../../../text/catalogue";
import { useText } from "../../../text/language";
import type { Difference } from "../model/types";
import { placeText } from "./place_text";

const PHONE = "@media (max-width: 48rem)";

const useStyles = makeStyles({
  list: { margin: 0, padding: 0, listStyleType: "none", display: "flex", flexDirection: "column" },
  row: {
    display: "grid",
    gridTemplateColumns: "minmax(0, 2fr) minmax(0, 5fr)",
    gap: tokens.spacingHorizontalM,
    padding: `${tokens.spacingVerticalS} 0`,
    borderBottom: `1px solid ${tokens.colorNeutralStroke3}`,
    [PHONE]: { gridTemplateColumns: "minmax(0, 1fr)" },
  },
  where: { display: "flex", flexDirection: "column", gap: tokens.spacingVerticalXXS, overflowWrap: "anywhere", alignItems: "start" },
  values: { display: "flex", flexDirection: "column", gap: tokens.spacingVerticalXS, minWidth: 0 },
  value: {
    margin: 0,
    fontFamily: tokens.fontFamilyMonospace,
    fontSize: tokens.fontSizeBase200,
    whiteSpace: "pre-wrap",
    overflowWrap: "anywhere",
    padding: tokens.spacingHorizontalS,
    borderRadius: tokens.borderRadiusSmall,
  },
  old: { backgroundColor: tokens.colorPaletteRedBackground1, color: tokens.colorPaletteRedForeground1 },
  fresh: { backgroundColor: tokens.colorPaletteGreenBackground1, color: tokens.colorPaletteGreenForeground1 },
});

const HOW: Readonly<Record<Difference["how"], { readonly text: TextKey; readonly color: "success" | "danger" | "informative" }>> = {
  added: { text: "settings.difference.added", color: "success" },
  removed: { text: "settings.difference.removed", color: "danger" },
  changed: { text: "settings.difference.changed", color: "informative" },
  moved: { text: "settings.difference.moved", color: "informative" },
};

/** Characters of a value; more is cut, since nobody reads an address list of thousands here. */
const LONGEST = 3000;

interface Props {
  readonly differences: readonly Difference[];
  readonly name: string;
}

export function Differences({ differences, name }: Props) {
  const t = useText();
  const styles = useStyles();
  if (differences.length === 0) return <Text>{t("settings.difference.none")}</Text>;
  return (
    <ul className={styles.list} aria-label={name}>
      {differences.map((one, index) => (
        <li key={`${index.toString()} ${one.path}`} className={styles.row}>
          <span className={styles.where}>
            <Text weight="semibold">{placeText(one.path, t)}</Text>
            <Badge appearance="tint" color={HOW[one.how].color}>
              {t(HOW[one.how].text)}
            </Badge>
          </span>
          <span className={styles.values}>
            {one.how === "added" ? null : <Value value={one.old} old />}
            {one.how === "removed" ? null : <Value value={one.new} old={false} />}
          </span>
        </li>
      ))}
    </ul>
  );
}

function Value({ value, old }: { readonly value: unknown; readonly old: boolean }) {
  const t = useText();
  const styles = useStyles();
  const texts = Array.isArray(value) && value.every((one) => typeof one === "string");
  const whole = typeof value === "string" ? value : texts ? value.join("\n") : JSON.stringify(value, null, 1);
  const text = whole.length > LONGEST ? `${whole.slice(0, LONGEST)}…` : whole;
  return (
    <pre className={`${styles.value} ${old ? styles.old : styles.fresh}`} aria-label={t(old ? "settings.difference.old" : "settings.difference.new")}>
      {text === "" || text === "null" ? t("settings.difference.empty") : text}
    </pre>
  );
}
