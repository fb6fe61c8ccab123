/** The last question before a message is released or discarded: what goes to whom, and what is left out. */
import { makeStyles, Text, tokens } from "@fluentui/react-components";

import { ConfirmDialog } from "../../components/confirm_dialog";
import { Facts } from "../../components/facts";
import { useText } from "../../text/language";
import type { Deciding } from "./deciding";
import type { MessageView } from "./message_queries";

/** Names in a list of the dialog. */
const MOST = 10;

const useStyles = makeStyles({
  content: { display: "flex", flexDirection: "column", gap: tokens.spacingVerticalM, overflowWrap: "anywhere" },
});

interface Props {
  readonly view: MessageView;
  readonly deciding: Deciding;
}

export function DecisionDialog({ view, deciding }: Props) {
  const t = useText();
  const styles = useStyles();
  const { verb, leftOut } = deciding;
  const discarding = view.sheet.state === "delayed" ? "recall" : "discard";
  const release = verb === "release";
  const said = release ? "release" : discarding;
  const asksApproval = release && view.approvals_needed.length > 0;
  const going = view.sheet.groups.map((group) => ({
    external: group.external,
    domains: group.domains.filter(({ people }) => people.some(({ address }) => !leftOut.recipients.has(address))),
  }));
  const domains = going.filter(({ external }) => external).flatMap((group) => group.domains.map(({ name }) => name));
  const files = view.sheet.attachments.filter(({ part }) => leftOut.files.has(part)).map(({ name }) => name);
  return (
    <ConfirmDialog
      open={deciding.asking}
      title={t(`mail.confirm.${said}.title`)}
      action={t(`mail.confirm.${said}.do`)}
      busy={deciding.busy}
      onConfirm={deciding.onConfirm}
      onCancel={() => {
        deciding.onAsk(null);
      }}
    >
      <div className={styles.content}>
        <Text>{t(asksApproval ? "mail.confirm.ask.lead" : `mail.confirm.${said}.lead`)}</Text>
        <Facts
          facts={[
            [t("approvals.subject"), view.sheet.subject || t("mail.subject_blank")],
            [t("mail.confirm_domains"), release && domains.length > 0 ? named(domains, t) : null],
            [t("mail.confirm_dropped"), release && leftOut.recipients.size ? named([...leftOut.recipients], t) : null],
            [t("mail.confirm_dropped_files"), release && files.length ? named(files, t) : null],
          ]}
        />
      </div>
    </ConfirmDialog>
  );
}

function named(names: readonly string[], t: ReturnType<typeof useText>): string {
  const shown = names.slice(0, MOST).join(", ");
  return names.length > MOST ? `${shown} ${t("mail.row_more", { count: names.length - MOST })}` : shown;
}
