/** From a day to a day, both counted. */
import { Field, Input, makeStyles, tokens } from "@fluentui/react-components";

import { useText } from "../../text/language";

const useStyles = makeStyles({ row: { display: "flex", flexWrap: "wrap", gap: tokens.spacingHorizontalM } });

interface Props {
  readonly since: string;
  readonly until: string;
  readonly required: boolean;
  readonly onChange: (since: string, until: string) => void;
}

export function DateRange({ since, until, required, onChange }: Props) {
  const t = useText();
  const styles = useStyles();
  return (
    <div className={styles.row}>
      <Field label={t("profile.since")} required={required} {...(required ? {} : { hint: t("profile.no_since") })}>
        <Input
          type="date"
          value={since}
          onChange={(_, data) => {
            onChange(data.value, until);
          }}
        />
      </Field>
      <Field label={t("profile.until")} required={required} {...(required ? {} : { hint: t("profile.no_until") })}>
        <Input
          type="date"
          value={until}
          min={since}
          onChange={(_, data) => {
            onChange(since, data.value);
          }}
        />
      </Field>
    </div>
  );
}
