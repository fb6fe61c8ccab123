/** One line of the audit log: what happened, who did it for whom, when and from where. */
import { Badge, Body1, makeStyles, tokens } from "@fluentui/react-components";

import type { components } from "../../api/schema.gen";
import { Moment } from "../../components/moment";
import { PageLink } from "../../components/page_link";
import { useText } from "../../text/language";

export type Line = components["schemas"]["AuditLine"];

const useStyles = makeStyles({
  line: { display: "grid", gap: tokens.spacingVerticalXXS, minWidth: 0 },
  head: { display: "flex", flexWrap: "wrap", alignItems: "baseline", gap: tokens.spacingHorizontalS },
  text: { overflowWrap: "anywhere", minWidth: 0 },
  about: {
    display: "flex",
    flexWrap: "wrap",
    columnGap: tokens.spacingHorizontalM,
    color: tokens.colorNeutralForeground2,
    fontSize: tokens.fontSizeBase200,
    lineHeight: tokens.lineHeightBase300,
    overflowWrap: "anywhere",
  },
});

export function AuditLine({ line }: { readonly line: Line }) {
  const t = useText();
  const styles = useStyles();
  const { actor } = line;
  const who = actor.on_behalf_of ? t("audit.for", { who: actor.name, whom: actor.on_behalf_of }) : actor.name;
  return (
    <div className={styles.line}>
      <span className={styles.head}>
        <Badge appearance="tint" color={line.code === "refused" ? "danger" : "informative"}>
          {line.title}
        </Badge>
        <Body1 className={styles.text}>{line.text}</Body1>
      </span>
      <span className={styles.about}>
        <Moment at={line.at} />
        <span>{who}</span>
        <span>{t(`audit.channel.${actor.channel}`)}</span>
        {actor.peer ? <span>{t("audit.from", { peer: actor.peer })}</span> : null}
        {line.queue_id ? <PageLink to={`/messages/${line.queue_id}`}>{t("audit.message")}</PageLink> : null}
      </span>
    </div>
  );
}
