/** From, subject, when, how large, and which policies were applied. */
import { Text } from "@fluentui/react-components";

import { sizeText } from "../../components/bytes";
import { Facts } from "../../components/facts";
import { Moment } from "../../components/moment";
import { useLanguage, useText } from "../../text/language";
import { Marks } from "./marks";
import type { MessageView } from "./message_queries";

export function SheetFacts({ view }: { readonly view: MessageView }) {
  const t = useText();
  const { language } = useLanguage();
  const { sheet, notes } = view;
  return (
    <>
      <Facts
        facts={[
          [t("mail.from"), sheet.from_name ? `${sheet.from_name} <${sheet.from_address}>` : sheet.from_address],
          [
            t("approvals.subject"),
            <span key="subject">
              {sheet.subject || t("mail.subject_blank")}
              <Marks numbers={sheet.subject_marks} />
            </span>,
          ],
          [t("mail.sent"), <Moment key="sent" at={sheet.sent_at} />],
          [t("mail.size"), sizeText(sheet.size, language)],
          [t("mail.policies"), sheet.policies.length > 0 ? sheet.policies.join(", ") : null],
        ]}
      />
      {notes.length > 0 ? (
        <details>
          <summary>{t("mail.notes")}</summary>
          <ul>
            {notes.map(({ title, text, description }, index) => (
              <li key={`${title} ${index}`}>
                <Text size={200}>{[...new Set([title, text, description])].filter(Boolean).join(" – ")}</Text>
              </li>
            ))}
          </ul>
        </details>
      ) : null}
    </>
  );
}
