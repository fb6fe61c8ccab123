/** One group in a list. */
import { makeStyles, tokens } from "@fluentui/react-components";

import type { components } from "../../api/schema.gen";
import { PageLink } from "../../components/page_link";
import { useText } from "../../text/language";

export type Group = components["schemas"]["Group"];

const useStyles = makeStyles({
  line: { display: "grid", gap: tokens.spacingVerticalXXS, minWidth: 0 },
  name: { fontWeight: tokens.fontWeightSemibold, color: tokens.colorNeutralForeground1, overflowWrap: "anywhere" },
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

/** Where a group's page is; an id may hold any character. */
export function groupPath(id: string): string {
  return `/group?id=${encodeURIComponent(id)}`;
}

export function GroupLine({ group }: { readonly group: Group }) {
  const t = useText();
  const styles = useStyles();
  return (
    <div className={styles.line}>
      <span>
        <PageLink to={groupPath(group.id)} className={styles.name}>
          {group.name || group.id}
        </PageLink>
      </span>
      <span className={styles.about}>
        {group.name ? <span>{group.id}</span> : null}
        {group.above.length > 0 ? <span>{t("people.above_line", { groups: group.above.join(", ") })}</span> : null}
        <span>
          {group.owners.length > 0 ? t("people.owners_line", { owners: group.owners.join(", ") }) : t("people.no_owners")}
        </span>
      </span>
    </div>
  );
}
