/** Where a held message is decided: reasons to tick, what to leave out, a word for approvers, the two buttons. */
import { Button, Field, makeStyles, Switch, Text, Textarea, tokens } from "@fluentui/react-components";
import { DeleteRegular, SendRegular } from "@fluentui/react-icons";

import { useMe } from "../../app/api_context";
import { Moment } from "../../components/moment";
import { ProblemView } from "../../components/problem_view";
import { Section } from "../../components/section";
import { useText } from "../../text/language";
import type { Deciding } from "./deciding";
import { isProxy } from "./is_proxy";
import type { MessageView } from "./message_queries";
import { ReasonTicks } from "./reason_ticks";

const useStyles = makeStyles({
  buttons: { display: "flex", flexWrap: "wrap", gap: tokens.spacingHorizontalS },
  soft: { color: tokens.colorNeutralForeground2 },
  bad: { color: tokens.colorPaletteRedForeground1 },
});

interface Props {
  readonly view: MessageView;
  readonly deciding: Deciding;
}

export function DecisionPanel({ view, deciding }: Props) {
  const t = useText();
  const me = useMe();
  const styles = useStyles();
  const delayed = view.sheet.state === "delayed";
  const { leftOut, missing, nobodyLeft } = deciding;
  const mayChoose = view.possible.leave_out.length > 1 || (view.possible.leave_out_files && view.sheet.attachments.length > 0);
  return (
    <Section
      title={t("mail.decide")}
      id="decide"
      actions={
        view.reasons.length > 0 ? (
          <Text size={200} role="status" className={styles.soft}>
            {missing > 0 ? t("mail.reasons_left", { count: missing }) : t("mail.reasons_done")}
          </Text>
        ) : null
      }
    >
      <Text>{t(delayed ? "mail.lead_delayed" : "mail.lead_held")}</Text>
      <EndText view={view} />
      {view.acting_for ? <Text weight="semibold">{t(isProxy(me, view) ? "mail.acting_for" : "mail.acting_as_administrator", { whom: view.acting_for })}</Text> : null}
      {view.reasons.length > 0 ? (
        <>
          <Text weight="semibold" as="h3" block style={{ margin: 0 }}>
            {t("mail.reasons")}
          </Text>
          <Text size={200} className={styles.soft}>
            {t("mail.reasons_lead")}
          </Text>
          <ReasonTicks reasons={view.reasons} ticked={deciding.ticked} onTick={deciding.onTick} anchors />
        </>
      ) : (
        <Text size={200}>{t("mail.reasons_none")}</Text>
      )}
      {mayChoose ? (
        <div>
          <Switch
            label={t("mail.choose")}
            checked={deciding.choosing}
            onChange={(_, data) => {
              deciding.onChoosing(data.checked);
            }}
          />
          {deciding.choosing ? (
            <Text size={200} block className={styles.soft}>
              {t("mail.choose_hint")}{" "}
              {t("mail.left_out_count", { recipients: leftOut.recipients.size, files: leftOut.files.size })}
            </Text>
          ) : null}
        </div>
      ) : null}
      {view.approvals_needed.length > 0 ? (
        <Field label={t("mail.comment")} hint={t("mail.comment_hint", { policies: view.approvals_needed.join(", ") })}>
          <Textarea
            value={deciding.comment}
            maxLength={2000}
            resize="vertical"
            onChange={(_, data) => {
              deciding.onComment(data.value);
            }}
          />
        </Field>
      ) : null}
      {deciding.error ? <ProblemView error={deciding.error} /> : null}
      {nobodyLeft ? (
        <Text role="alert" className={styles.bad}>
          {t("mail.nobody_left")}
        </Text>
      ) : null}
      <div className={styles.buttons}>
        <Button
          appearance="primary"
          icon={<SendRegular />}
          disabledFocusable={missing > 0 || nobodyLeft || deciding.busy}
          onClick={() => {
            deciding.onAsk("release");
          }}
        >
          {t(view.approvals_needed.length > 0 ? "mail.release_ask" : delayed ? "mail.release_now" : "mail.release")}
        </Button>
        <Button
          icon={<DeleteRegular />}
          disabled={deciding.busy}
          onClick={() => {
            deciding.onAsk("discard");
          }}
        >
          {t(delayed ? "mail.recall" : "mail.discard")}
        </Button>
      </div>
      {missing > 0 ? (
        <Text size={200} className={styles.soft}>
          {t("mail.release_wait")}
        </Text>
      ) : null}
    </Section>
  );
}

function EndText({ view }: { readonly view: MessageView }) {
  const t = useText();
  const styles = useStyles();
  const { end } = view;
  if (!end) return null;
  const what = end.what === "release" || end.what === "discard" ? end.what : "leave";
  return (
    <Text size={200} className={styles.soft}>
      {t(`mail.end_${what}`)} {end.at ? <Moment at={end.at} /> : null}
    </Text>
  );
}
