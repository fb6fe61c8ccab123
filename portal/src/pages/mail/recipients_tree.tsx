/** Recipients, the external ones first, by domain, with footnote marks; some can be left out of a release. */
import { Badge, Button, Checkbox, makeStyles, mergeClasses, Text, tokens } from "@fluentui/react-components";
import { GlobeRegular, BuildingRegular } from "@fluentui/react-icons";
import { useState } from "react";

import type { components } from "../../api/schema.gen";
import { useText } from "../../text/language";
import type { Choosing } from "./left_out";
import { Marks } from "./marks";

type Group = components["schemas"]["ShownGroup"];
type Domain = components["schemas"]["ShownDomain"];
type Recipient = components["schemas"]["ShownRecipient"];

/** Recipients of one domain that show at once. */
const AT_ONCE = 8;

const useStyles = makeStyles({
  group: { display: "flex", flexDirection: "column", gap: tokens.spacingVerticalS, minWidth: 0 },
  heading: { display: "flex", alignItems: "center", gap: tokens.spacingHorizontalXS, margin: "0", fontSize: tokens.fontSizeBase300 },
  external: { color: tokens.colorPaletteRedForeground1 },
  list: { listStyleType: "none", margin: "0", padding: "0", display: "flex", flexDirection: "column", gap: tokens.spacingVerticalS },
  domain: {
    borderInlineStartWidth: "3px",
    borderInlineStartStyle: "solid",
    borderInlineStartColor: tokens.colorNeutralStroke1,
    paddingInlineStart: tokens.spacingHorizontalM,
    overflowWrap: "anywhere",
  },
  domainExternal: { borderInlineStartColor: tokens.colorPaletteRedBorder2 },
  people: { listStyleType: "none", margin: "0", padding: "0" },
  person: { display: "flex", flexWrap: "wrap", alignItems: "center", columnGap: tokens.spacingHorizontalS, minHeight: "1.75rem" },
  field: { color: tokens.colorNeutralForeground2, minWidth: "1.75rem", fontSize: tokens.fontSizeBase200 },
  soft: { color: tokens.colorNeutralForeground2, fontSize: tokens.fontSizeBase200 },
  out: { textDecorationLine: "line-through", color: tokens.colorNeutralForeground2 },
  bad: { color: tokens.colorPaletteRedForeground1, fontSize: tokens.fontSizeBase200, flexBasis: "100%" },
  tick: { marginInlineStart: "-0.5rem" },
});

interface Props {
  readonly groups: readonly Group[];
  readonly choosing: Choosing | null;
  /** What became of each: shown once the message is on its way. */
  readonly fates: boolean;
}

export function RecipientsTree({ groups, choosing, fates }: Props) {
  const t = useText();
  const styles = useStyles();
  return groups.map((group) => (
    <div key={String(group.external)} className={styles.group}>
      <h3 className={mergeClasses(styles.heading, group.external && styles.external)}>
        {group.external ? <GlobeRegular aria-hidden /> : <BuildingRegular aria-hidden />}
        {t(group.external ? "mail.external" : "mail.internal")} {countText(group.count, t)}
      </h3>
      <ul className={styles.list}>
        {group.domains.map((domain) => (
          <li key={domain.name} className={mergeClasses(styles.domain, group.external && styles.domainExternal)}>
            <DomainPeople domain={domain} choosing={choosing} fates={fates} />
          </li>
        ))}
      </ul>
    </div>
  ));
}

function DomainPeople({ domain, choosing, fates }: { readonly domain: Domain } & Omit<Props, "groups">) {
  const t = useText();
  const styles = useStyles();
  const [all, setAll] = useState(false);
  // Whom a reason is about comes before the button that shows the others.
  const sorted = [...domain.people].sort((one, other) => Number(other.marks.length > 0) - Number(one.marks.length > 0));
  const shown = all ? sorted : sorted.slice(0, AT_ONCE);
  const more = sorted.length - shown.length;
  return (
    <>
      <Text weight="semibold">{domain.name}</Text>{" "}
      {domain.people.length > 1 ? <span className={styles.soft}>{countText(domain.people.length, t)}</span> : null}
      <ul className={styles.people}>
        {shown.map((person) => (
          <Person key={person.address} person={person} choosing={choosing} fates={fates} />
        ))}
      </ul>
      {more > 0 ? (
        <Button
          appearance="transparent"
          size="small"
          onClick={() => {
            setAll(true);
          }}
        >
          {t("mail.people_more", { count: more })}
        </Button>
      ) : null}
    </>
  );
}

interface PersonProps extends Omit<Props, "groups"> {
  readonly person: Recipient;
}

function Person({ person, choosing, fates }: PersonProps) {
  const t = useText();
  const styles = useStyles();
  const { address, display_name, field, members, marks, fate, reply } = person;
  const out = fate === "dropped" || choosing?.leftOut.recipients.has(address);
  return (
    <li className={styles.person}>
      {choosing ? (
        <Checkbox
          className={styles.tick}
          aria-label={t("mail.choose_to", { address })}
          disabled={!choosing.mayLeaveOut.has(address)}
          checked={!out}
          onChange={(_, data) => {
            choosing.onChoose("recipients", address, data.checked === true);
          }}
        />
      ) : null}
      <span className={styles.field}>{t(`mail.field.${field}`)}</span>
      <span className={out ? styles.out : ""}>
        {display_name ? `${display_name} <${address}>` : address}
      </span>
      {members > 1 ? <span className={styles.soft}>{t("mail.members", { count: members })}</span> : null}
      <Marks numbers={marks} />
      {fates || fate === "dropped" ? <FateBadge fate={fate} /> : null}
      {reply ? <span className={styles.bad}>{t("mail.reply", { reply })}</span> : null}
    </li>
  );
}

const FATE_COLORS = { pending: "informative", sent: "success", failed: "danger", dropped: "informative" } as const;

function FateBadge({ fate }: { readonly fate: Recipient["fate"] }) {
  const t = useText();
  return (
    <Badge appearance="tint" color={FATE_COLORS[fate]}>
      {t(`mail.fate.${fate}`)}
    </Badge>
  );
}

function countText(count: number, t: ReturnType<typeof useText>): string {
  return count === 1 ? t("mail.people_one") : t("mail.people_count", { count });
}
