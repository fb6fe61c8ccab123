/** What is selected, and what can be done with it. */
import { Button, Checkbox, makeStyles, Text, tokens } from "@fluentui/react-components";
import { DeleteRegular, SendRegular } from "@fluentui/react-icons";

import { useText } from "../../text/language";
import type { ListRow } from "./keep_row";

/** As many as the API takes at once. */
export const MOST = 50;

const useStyles = makeStyles({
  bar: {
    display: "flex",
    flexWrap: "wrap",
    alignItems: "center",
    gap: tokens.spacingHorizontalS,
    minHeight: "2.5rem",
    paddingInlineStart: tokens.spacingHorizontalM,
  },

  hint: { color: tokens.colorNeutralForeground2, flex: "1 1 8rem" },
});

interface Props {
  /** Those in the list that can be selected. */
  readonly shown: readonly ListRow[];
  readonly chosen: readonly ListRow[];
  readonly onPick: (ids: readonly string[], on: boolean) => void;
  readonly onAsk: (verb: "release" | "discard") => void;
}

export function BulkBar({ shown, chosen, onPick, onAsk }: Props) {
  const t = useText();
  const styles = useStyles();
  const ids = shown.map((row) => row.message.ref.queue_id);
  const count = chosen.length;
  const every = count > 0 && count >= Math.min(ids.length, MOST);
  const hint = count >= MOST ? t("mail.select_most", { count: MOST }) : count > 0 ? "" : t("mail.select_hint");
  return (
    <div className={styles.bar}>
      <Checkbox
        aria-label={t("mail.select_all")}
        disabled={ids.length === 0}
        checked={every ? true : count > 0 ? "mixed" : false}
        onChange={() => {
          if (every) onPick(chosen.map((row) => row.message.ref.queue_id), false);
          else onPick(ids, true);
        }}
      />
      <Text role="status" weight={count > 0 ? "semibold" : "regular"}>
        {count > 0 ? t("mail.selected", { count }) : null}
      </Text>
      <Text size={200} className={styles.hint}>
        {hint}
      </Text>
      {count > 0 ? (
        <>
          <Button appearance="primary" icon={<SendRegular />} onClick={() => { onAsk("release"); }}>
            {t("mail.release_selected")}
          </Button>
          <Button icon={<DeleteRegular />} onClick={() => { onAsk("discard"); }}>
            {t("mail.discard_selected")}
          </Button>
          <Button appearance="subtle" onClick={() => { onPick(chosen.map((row) => row.message.ref.queue_id), false); }}>
            {t("mail.unselect")}
          </Button>
        </>
      ) : null}
    </div>
  );
}
