/** The reasons of a message, each with a box to tick once it was looked at. */
import { Checkbox, makeStyles, Text, tokens } from "@fluentui/react-components";
import { useId } from "react";

import type { components } from "../../api/schema.gen";
import { useText } from "../../text/language";

export type ReasonText = components["schemas"]["ReasonText"];

const useStyles = makeStyles({
  list: { listStyleType: "none", margin: "0", padding: "0", display: "flex", flexDirection: "column", gap: tokens.spacingVerticalS },
  item: {
    display: "flex",
    alignItems: "flex-start",
    gap: tokens.spacingHorizontalXS,
    padding: tokens.spacingHorizontalS,
    borderRadius: tokens.borderRadiusMedium,
    border: `1px solid ${tokens.colorNeutralStroke2}`,
    scrollMarginTop: "5rem",
  },
  box: { marginTop: "-0.4rem", flexShrink: 0 },
  words: { display: "flex", flexDirection: "column", minWidth: 0, overflowWrap: "anywhere" },
  title: { fontWeight: tokens.fontWeightSemibold, cursor: "pointer" },
  more: { color: tokens.colorNeutralForeground2 },
  mark: { color: tokens.colorPaletteRedForeground1, fontWeight: tokens.fontWeightSemibold, marginInlineEnd: tokens.spacingHorizontalXS },
});

interface Props {
  readonly reasons: readonly ReasonText[];
  readonly ticked: ReadonlySet<number>;
  /** Left out where there is nothing to tick, only to read. */
  readonly onTick?: (number: number, on: boolean) => void;
  /** Where footnote marks lead to; left out in dialogs. */
  readonly anchors?: boolean;
}

export function ReasonTicks({ reasons, ticked, onTick, anchors = false }: Props) {
  const t = useText();
  const styles = useStyles();
  const prefix = useId();
  return (
    <ol className={styles.list}>
      {reasons.map(({ number, title, text, description }) => {
        const box = anchors ? `tick-${number}` : `${prefix}-${number}`;
        const words = (
          <span className={styles.mark}>{t("mail.mark", { number })}</span>
        );
        return (
          <li key={number} className={styles.item} {...(anchors ? { id: `reason-${number}` } : {})}>
            {onTick ? (
              <Checkbox
                className={styles.box}
                id={box}
                aria-describedby={`${box}-more`}
                checked={ticked.has(number)}
                onChange={(_, data) => {
                  onTick(number, data.checked === true);
                }}
              />
            ) : null}
            <div className={styles.words}>
              {onTick ? (
                <label htmlFor={box} className={styles.title}>
                  {words}
                  {title}
                </label>
              ) : (
                <Text weight="semibold">
                  {words}
                  {title}
                </Text>
              )}
              <span id={`${box}-more`} className={styles.more}>
                {[text, description].filter((part) => part && part !== title).map((part) => (
                  <Text key={part} size={200} block>
                    {part}
                  </Text>
                ))}
              </span>
            </div>
          </li>
        );
      })}
    </ol>
  );
}
