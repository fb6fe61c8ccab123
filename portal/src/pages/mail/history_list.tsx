/** What has happened to a message: when, what, by whom and through which channel; the latest last. */
import { makeStyles, tokens } from "@fluentui/react-components";

import type { components } from "../../api/schema.gen";
import { actorText } from "../../components/mail/actor_text";
import { Moment } from "../../components/moment";
import { useText } from "../../text/language";

type Line = components["schemas"]["HistoryLine"];

const useStyles = makeStyles({
  list: { listStyleType: "none", margin: "0", padding: "0", display: "flex", flexDirection: "column" },
  item: {
    position: "relative",
    display: "grid",
    gridTemplateColumns: "9.5rem minmax(0, 1fr)",
    columnGap: tokens.spacingHorizontalL,
    padding: `0 0 ${tokens.spacingVerticalM} ${tokens.spacingHorizontalL}`,
    borderInlineStartWidth: "2px",
    borderInlineStartStyle: "solid",
    borderInlineStartColor: tokens.colorNeutralStroke2,
    overflowWrap: "anywhere",
    "::before": {
      content: '""',
      position: "absolute",
      insetInlineStart: "-6px",
      top: "0.4rem",
      width: "10px",
      height: "10px",
      borderRadius: "50%",
      backgroundColor: tokens.colorBrandBackground,
    },
    "@media (max-width: 30rem)": { gridTemplateColumns: "minmax(0, 1fr)" },
  },
  soft: { color: tokens.colorNeutralForeground2, fontSize: tokens.fontSizeBase200 },
});

export function HistoryList({ lines }: { readonly lines: readonly Line[] }) {
  const t = useText();
  const styles = useStyles();
  return (
    <ol className={styles.list}>
      {lines.map((line, index) => (
        <li key={`${line.at} ${line.code} ${index}`} className={styles.item}>
          <span className={styles.soft}>
            <Moment at={line.at} />
          </span>
          <span>
            {line.text}{" "}
            {line.actor.role === "system" ? null : (
              <span className={styles.soft}>
                {t("mail.history_by", { who: actorText(line.actor, t), channel: t(`mail.channel.${line.actor.channel}`) })}
              </span>
            )}
          </span>
        </li>
      ))}
    </ol>
  );
}
