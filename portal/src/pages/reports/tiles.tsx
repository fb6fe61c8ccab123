/** The figures that say most, as large numbers. */
import { Body1, Caption1, makeStyles, tokens } from "@fluentui/react-components";

const useStyles = makeStyles({
  tiles: {
    display: "grid",
    gap: tokens.spacingHorizontalM,
    gridTemplateColumns: "repeat(auto-fit, minmax(min(100%, 9.5rem), 1fr))",
  },
  tile: {
    display: "flex",
    flexDirection: "column",
    gap: tokens.spacingVerticalXXS,
    padding: tokens.spacingHorizontalM,
    backgroundColor: tokens.colorNeutralBackground1,
    border: `1px solid ${tokens.colorNeutralStroke2}`,
    borderRadius: tokens.borderRadiusLarge,
  },
  number: {
    fontSize: tokens.fontSizeHero700,
    lineHeight: tokens.lineHeightHero700,
    fontWeight: tokens.fontWeightSemibold,
    fontVariantNumeric: "tabular-nums",
  },
  note: { margin: "0", color: tokens.colorNeutralForeground2, minHeight: tokens.lineHeightBase200 },
});

export interface Tile {
  readonly name: string;
  readonly value: string;
  readonly note?: string;
}

export function Tiles({ tiles }: { readonly tiles: readonly Tile[] }) {
  const styles = useStyles();
  return (
    <div className={styles.tiles} role="list">
      {tiles.map((tile) => (
        <div key={tile.name} className={styles.tile} role="listitem">
          <Body1 as="span">
            {tile.name}
          </Body1>
          <span className={styles.number}>
            {tile.value}
          </span>
          <Caption1 as="span" className={styles.note}>
            {tile.note}
          </Caption1>
        </div>
      ))}
    </div>
  );
}
