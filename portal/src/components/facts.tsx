/** Facts about one thing, each with its name: two columns where there is room, below each other on a phone. */
import { makeStyles, tokens } from "@fluentui/react-components";
import { Fragment, type ReactNode } from "react";

const useStyles = makeStyles({
  list: {
    display: "grid",
    gridTemplateColumns: "minmax(7rem, max-content) minmax(0, 1fr)",
    gap: `${tokens.spacingVerticalSNudge} ${tokens.spacingHorizontalL}`,
    margin: "0",
    "@media (max-width: 30rem)": { gridTemplateColumns: "minmax(0, 1fr)", rowGap: tokens.spacingVerticalXXS },
  },
  name: { color: tokens.colorNeutralForeground2 },
  value: {
    margin: "0",
    overflowWrap: "anywhere",
    "@media (max-width: 30rem)": { marginBottom: tokens.spacingVerticalS },
  },
});

interface Props {
  /** Those without a value are left out. */
  readonly facts: readonly (readonly [string, ReactNode])[];
}

export function Facts({ facts }: Props) {
  const styles = useStyles();
  return (
    <dl className={styles.list}>
      {facts
        .filter(([, value]) => value !== null && value !== undefined && value !== "")
        .map(([name, value]) => (
          <Fragment key={name}>
            <dt className={styles.name}>{name}</dt>
            <dd className={styles.value}>{value}</dd>
          </Fragment>
        ))}
    </dl>
  );
}
