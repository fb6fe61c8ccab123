/** Further copies of a message, which came by transactions of their own: what each is to this one, and where it is. */
import { makeStyles, tokens } from "@fluentui/react-components";
import { Link } from "react-router";

import type { components } from "../../api/schema.gen";
import { useText } from "../../text/language";

type Part = components["schemas"]["OtherPart"];

const useStyles = makeStyles({
  list: { margin: "0", paddingInlineStart: tokens.spacingHorizontalXL },
  link: { color: tokens.colorBrandForegroundLink },
  soft: { color: tokens.colorNeutralForeground2, margin: `0 0 ${tokens.spacingVerticalS}` },
});

export function OtherParts({ parts }: { readonly parts: readonly Part[] }) {
  const t = useText();
  const styles = useStyles();
  return (
    <>
      <p className={styles.soft}>{t("mail.parts_lead")}</p>
      <ul className={styles.list}>
        {parts.map((part) => (
          <li key={part.queue_id}>
            <Link className={styles.link} to={`/messages/${part.queue_id}`}>
              {t(`mail.part.${part.relation}`, { count: part.recipients ?? 0 })}
            </Link>
          </li>
        ))}
      </ul>
    </>
  );
}
