/** One person, shared mailbox or distribution list in a list. */
import { Avatar, Badge, makeStyles, tokens } from "@fluentui/react-components";
import type { ReactNode } from "react";

import type { components } from "../../api/schema.gen";
import { PageLink } from "../../components/page_link";
import { useText } from "../../text/language";

export type Person = components["schemas"]["Person"];

const useStyles = makeStyles({
  line: { display: "flex", alignItems: "center", gap: tokens.spacingHorizontalM, minWidth: 0 },
  texts: { flexGrow: 1, minWidth: 0, display: "grid", gap: tokens.spacingVerticalXXS },
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

/** Where a person's page is. */
export function personPath(address: string): string {
  return `/people/${encodeURIComponent(address)}`;
}

/** Fluent has none for names in Japanese; there the first character is what people use. */
function initialsOf(name: string): string {
  const words = name.split(/\s+/).filter(Boolean);
  const letters = /^[\p{Script=Latin}]/u.test(name) ? words.slice(0, 2).map((word) => word.slice(0, 1)) : [name.slice(0, 1)];
  return letters.join("").toUpperCase();
}

interface Props {
  readonly person: Person;
  /** At the end of the line. */
  readonly action?: ReactNode;
}

export function PersonLine({ person, action }: Props) {
  const t = useText();
  const styles = useStyles();
  const name = person.display_name || person.address;
  return (
    <div className={styles.line}>
      <Avatar name={name} initials={initialsOf(name)} color="colorful" size={32} aria-hidden />
      <div className={styles.texts}>
        <span>
          <PageLink to={personPath(person.address)} className={styles.name}>{name}</PageLink>{" "}
          {person.kind === "shared" ? (
            <Badge appearance="tint" color="informative">
              {t("people.kind.shared")}
            </Badge>
          ) : null}
        </span>
        <span className={styles.about}>
          {person.display_name ? <span>{person.address}</span> : null}
          {person.manager ? <span>{t("people.manager_line", { manager: person.manager })}</span> : null}
          {person.groups.length > 0 ? <span>{t("people.groups_line", { groups: person.groups.join(", ") })}</span> : null}
          {person.members > 1 ? <span>{t("people.members_line", { count: person.members })}</span> : null}
        </span>
      </div>
      {action}
    </div>
  );
}
