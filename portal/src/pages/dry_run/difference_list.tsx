/** Ways in which a draft would decide otherwise, each with its number and some messages to look at. */
import {
  Accordion,
  AccordionHeader,
  AccordionItem,
  AccordionPanel,
  Badge,
  Caption1,
  makeStyles,
  tokens,
} from "@fluentui/react-components";

import type { components } from "../../api/schema.gen";
import { Moment } from "../../components/moment";
import { PageLink } from "../../components/page_link";
import { useLanguage, useText } from "../../text/language";

type Row = components["schemas"]["DifferenceRow"];
type Example = components["schemas"]["Example"];

const useStyles = makeStyles({
  head: { display: "flex", alignItems: "center", gap: tokens.spacingHorizontalS },
  examples: { margin: "0", paddingInlineStart: tokens.spacingHorizontalXL, display: "grid", gap: tokens.spacingVerticalS },
  quiet: { color: tokens.colorNeutralForeground2, display: "block", overflowWrap: "anywhere" },
  subject: { overflowWrap: "anywhere" },
});

export function DifferenceList({ rows }: { readonly rows: readonly Row[] }) {
  const t = useText();
  const { language } = useLanguage();
  const styles = useStyles();
  return (
    <Accordion collapsible multiple>
      {rows.map((row) => (
        <AccordionItem key={row.difference} value={row.difference}>
          <AccordionHeader>
            <span className={styles.head}>
              <Badge appearance="tint" color="brand">
                {row.count.toLocaleString(language)}
              </Badge>
              {t(`dryRun.difference.${row.difference}`)}
            </span>
          </AccordionHeader>
          <AccordionPanel>
            <ul className={styles.examples} aria-label={t("dryRun.examples")}>
              {row.examples.map((example) => (
                <ExampleLine key={example.queue_id} example={example} />
              ))}
            </ul>
          </AccordionPanel>
        </AccordionItem>
      ))}
    </Accordion>
  );
}

function ExampleLine({ example }: { readonly example: Example }) {
  const t = useText();
  const styles = useStyles();
  const after = example.after.map((fate) => t(`dryRun.fate.${fate}`)).join(" / ");
  return (
    <li>
      <PageLink to={`/messages/${example.queue_id}`} className={styles.subject}>{example.subject ?? t("mail.subject_blank")}</PageLink>
      <Caption1 className={styles.quiet}>
        {example.sender} · <Moment at={example.received_at} /> · {t(`dryRun.fate.${example.before}`)} → {after}
      </Caption1>
    </li>
  );
}
