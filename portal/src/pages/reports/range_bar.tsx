/** Choosing the period of a report: one of the usual ones, or from one day to another. */
import { Button, Field, Input, makeStyles, ToggleButton, tokens } from "@fluentui/react-components";
import { useState, type SyntheticEvent } from "react";

import { useText } from "../../text/language";
import { isRange, lastDays, PRESETS, presetOf, type Range } from "./range";

const useStyles = makeStyles({
  bar: { display: "flex", flexWrap: "wrap", alignItems: "end", gap: tokens.spacingHorizontalL },
  presets: { display: "flex", flexWrap: "wrap", gap: tokens.spacingHorizontalXS },
  days: { display: "flex", flexWrap: "wrap", alignItems: "end", gap: tokens.spacingHorizontalS, border: "0", margin: "0", padding: "0" },
});

interface Props {
  readonly range: Range;
  readonly onChange: (range: Range) => void;
}

export function RangeBar({ range, onChange }: Props) {
  const t = useText();
  const styles = useStyles();
  const preset = presetOf(range);
  return (
    <div className={styles.bar}>
      <div className={styles.presets} role="group" aria-label={t("reports.range")}>
        {PRESETS.map((days) => (
          <ToggleButton
            key={days}
            checked={preset === days}
            appearance={preset === days ? "primary" : "secondary"}
            onClick={() => {
              onChange(lastDays(days));
            }}
          >
            {t("reports.last_days", { count: days })}
          </ToggleButton>
        ))}
      </div>
      <OwnRange key={`${range.since} ${range.until}`} range={range} onChange={onChange} />
    </div>
  );
}

function OwnRange({ range, onChange }: Props) {
  const t = useText();
  const styles = useStyles();
  const [typed, setTyped] = useState(range);
  const fits = isRange(typed);
  function submit(event: SyntheticEvent) {
    event.preventDefault();
    if (fits) onChange(typed);
  }
  return (
    <form className={styles.days} aria-label={t("reports.own_range")} onSubmit={submit}>
      <Field label={t("reports.since")} {...(fits ? {} : { validationMessage: t("reports.wrong_range") })}>
        <Input
          type="date"
          value={typed.since}
          onChange={(_, data) => {
            setTyped({ ...typed, since: data.value });
          }}
        />
      </Field>
      <Field label={t("reports.until")}>
        <Input
          type="date"
          value={typed.until}
          onChange={(_, data) => {
            setTyped({ ...typed, until: data.value });
          }}
        />
      </Field>
      <Button type="submit" disabled={!fits}>
        {t("reports.show")}
      </Button>
    </form>
  );
}
