/** The encrypted files of a message and their password notices, with what can be done about each. */
import { Divider } from "@fluentui/react-components";
import { Fragment } from "react";

import type { components } from "../../api/schema.gen";
import { Facts } from "../../components/facts";
import { Section } from "../../components/section";
import { useText } from "../../text/language";
import type { MessageView } from "../mail/message_queries";
import { EncryptionView } from "./encryption_view";

type Recipient = components["schemas"]["ShownRecipient"];

/** Addresses in one line; there may be a thousand. */
const MOST = 20;

export function PasswordPanel({ view }: { readonly view: MessageView }) {
  const t = useText();
  const { encryption } = view;
  if (!encryption) return null;
  return (
    <Section title={t("passwords.section")} id="passwords">
      {encryption.encryptions.map((one, index) => (
        <Fragment key={one.variant}>
          {index > 0 ? <Divider /> : null}
          <EncryptionView view={view} encryption={one} recipients={namedRecipients(one.recipients, t)} />
        </Fragment>
      ))}
      {encryption.left_out.length > 0 ? (
        <Facts facts={[[t("passwords.left_out"), namedRecipients(encryption.left_out, t)]]} />
      ) : null}
    </Section>
  );
}

function namedRecipients(people: readonly Recipient[], t: ReturnType<typeof useText>): string {
  const names = people.slice(0, MOST).map(({ address }) => address);
  const more = people.length - names.length;
  return more > 0 ? `${names.join(", ")} ${t("mail.row_more", { count: more })}` : names.join(", ");
}
