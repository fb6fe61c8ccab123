/** The parts of a message's page, and how they lie: what it is on the left, what to do about it on the right. */
import { Button, Link, makeStyles, tokens } from "@fluentui/react-components";
import { KeyboardRegular } from "@fluentui/react-icons";
import { lazy, Suspense, useEffect, useState } from "react";
import { useNavigate } from "react-router";

import { useMe } from "../../app/api_context";
import { useLingering } from "../../components/lingering";
import { StateBadge } from "../../components/mail/state_badge";
import { Section } from "../../components/section";
import { useText } from "../../text/language";
import { AnswerPanel } from "../approvals/answer_panel";
import { useAnswering } from "../approvals/answering";
import { ApprovalView } from "../approvals/approval_view";
import { PasswordPanel } from "../passwords/password_panel";
import { AttachmentsList } from "./attachments_list";
import { BodyView } from "./body_view";
import { useDeciding } from "./deciding";
import { DecisionPanel } from "./decision_panel";
import { HistoryList } from "./history_list";
import { isProxy } from "./is_proxy";
import { MessageDialogs } from "./message_dialogs";
import type { MessageView } from "./message_queries";
import { OtherParts } from "./other_parts";
import { OutcomeBar } from "./outcome_bar";
import { ReasonTicks } from "./reason_ticks";
import { RecipientsTree } from "./recipients_tree";
import { SheetFacts } from "./sheet_facts";
import { useShortcuts } from "./shortcuts";
import { WithdrawPanel } from "./withdraw_panel";
import { useWithdrawing } from "./withdrawing";

const ShortcutsDialog = lazy(() => import("./shortcuts_dialog"));

const WIDE = "@media (min-width: 72rem)";
const NOTHING: ReadonlySet<number> = new Set();

const useStyles = makeStyles({
  grid: {
    display: "grid",
    gridTemplateColumns: "minmax(0, 1fr)",
    gap: tokens.spacingVerticalL,
    [WIDE]: { gridTemplateColumns: "minmax(0, 1fr) 24rem", alignItems: "start" },
  },
  column: { display: "flex", flexDirection: "column", gap: tokens.spacingVerticalL, minWidth: 0 },
  side: { [WIDE]: { gridColumn: "2", gridRow: "1 / span 2", position: "sticky", top: "4.5rem" } },
  only: { [WIDE]: { gridColumn: "1 / -1" } },
  jump: { [WIDE]: { display: "none" } },
  foot: { [WIDE]: { gridColumn: "1" } },
});

export function MessageSheet({ view }: { readonly view: MessageView }) {
  const t = useText();
  const me = useMe();
  const styles = useStyles();
  const navigate = useNavigate();
  const [note, setNote] = useState("");
  const [help, setHelp] = useState(false);
  const helpThere = useLingering(help);
  const { sheet, possible } = view;
  const settled = (before: boolean) => {
    setNote(before ? t("mail.decided_before") : "");
    showTop();
  };
  const deciding = useDeciding(view, settled);
  const withdrawing = useWithdrawing(view, settled);
  const answering = useAnswering(view, (answer) => {
    if (answer === null) setNote(t("approvals.answered_before"));
    else setNote(t(answer === "approve" ? "approvals.approved_note" : "approvals.denied_note"));
    showTop();
  });
  // A link from a list may lead to a part of the page, which is there only now.
  useEffect(() => {
    const part = window.location.hash.slice(1);
    if (part) document.getElementById(part)?.scrollIntoView();
  }, []);
  const decides = possible.release || possible.discard;
  const keys = useShortcuts({
    r: possible.release
      ? () => {
          if (deciding.missing > 0 || deciding.nobodyLeft) focusFirst(view, deciding.ticked);
          else deciding.onAsk("release");
        }
      : undefined,
    d: possible.discard
      ? () => {
          deciding.onAsk("discard");
        }
      : undefined,
    a: possible.answer
      ? () => {
          answering.onAsk("approve");
        }
      : undefined,
    n: possible.answer
      ? () => {
          answering.onAsk("deny");
        }
      : undefined,
    b: () => document.getElementById("body")?.focus(),
    l: () => void navigate(possible.answer ? "/approvals" : decides ? "/held" : "/sent"),
    "?": () => {
      setHelp(true);
    },
    ...(decides
      ? Object.fromEntries(
          view.reasons.slice(0, 9).map(({ number }) => [
            String(number),
            () => {
              deciding.onTick(number, !deciding.ticked.has(number));
            },
          ]),
        )
      : {}),
  });
  const withdraws = possible.withdraw;
  const side = decides || possible.answer || withdraws;
  const reasonsToRead = !decides && !possible.answer && view.reasons.length > 0;
  return (
    <div className={styles.grid}>
      <div className={side ? styles.column : `${styles.column} ${styles.only}`}>
        {decides ? null : <OutcomeBar view={view} note={note} />}
        <Section title={t("mail.message_title")} actions={<StateBadge state={sheet.state} />}>
          <SheetFacts view={view} />
          {side ? (
            <Link className={styles.jump} href="#decide">
              {view.reasons.length > 0 && decides
                ? t("mail.jump", { count: view.reasons.length })
                : t(decides ? "mail.jump_none" : possible.answer ? "approvals.answer_title" : "mail.withdraw")}
            </Link>
          ) : null}
        </Section>
        <Section title={t("mail.recipients")} actions={<span>{t("mail.counts", sheet.counts)}</span>}>
          <RecipientsTree groups={sheet.groups} choosing={deciding.lists} fates={isUnderWay(view)} />
        </Section>
        <Section title={t("mail.attachments")}>
          <AttachmentsList
            id={view.queue_id}
            files={sheet.attachments}
            omitted={sheet.attachments_omitted}
            mayLoad={possible.see_content}
            choosing={deciding.lists}
          />
        </Section>
        {possible.see_content ? (
          <Section title={t("mail.body")} id="body">
            <BodyView id={view.queue_id} ask={view.acting_for !== "" && !isProxy(me, view)} />
          </Section>
        ) : null}
      </div>
      {side ? (
        <div className={`${styles.column} ${styles.side}`}>
          {decides ? <DecisionPanel view={view} deciding={deciding} /> : null}
          {possible.answer ? <AnswerPanel view={view} answering={answering} /> : null}
          {withdraws ? <WithdrawPanel withdrawing={withdrawing} /> : null}
        </div>
      ) : null}
      <div className={side ? `${styles.column} ${styles.foot}` : `${styles.column} ${styles.only}`}>
        {reasonsToRead ? (
          <Section title={t("mail.reasons_given")}>
            <ReasonTicks reasons={view.reasons} ticked={NOTHING} anchors />
          </Section>
        ) : null}
        {view.approval ? (
          <Section title={t("approvals.section")}>
            <ApprovalView sheet={view.approval} />
          </Section>
        ) : null}
        <PasswordPanel view={view} />
        {view.other_parts.length > 0 ? (
          <Section title={t("mail.parts")}>
            <OtherParts parts={view.other_parts} />
          </Section>
        ) : null}
        <Section title={t("mail.history")}>
          <HistoryList lines={view.history} />
        </Section>
        <div>
          <Button
            appearance="subtle"
            icon={<KeyboardRegular />}
            onClick={() => {
              setHelp(true);
            }}
          >
            {t("mail.keys")}
          </Button>
        </div>
      </div>
      <MessageDialogs view={view} deciding={deciding} answering={answering} withdrawing={withdrawing} />
      {helpThere ? (
        <Suspense>
          <ShortcutsDialog
            open={help}
            on={keys.on}
            onTurn={keys.turn}
            onClose={() => {
              setHelp(false);
            }}
          />
        </Suspense>
      ) : null}
    </div>
  );
}

/** Whether recipients have each their own fate by now. */
function isUnderWay({ sheet: { state } }: MessageView): boolean {
  return state === "delivering" || state === "delivered" || state === "partly-delivered" || state === "bounced";
}

function focusFirst(view: MessageView, ticked: ReadonlySet<number>): void {
  const first = view.reasons.find(({ number }) => !ticked.has(number));
  if (first) document.getElementById(`tick-${first.number}`)?.focus();
}

/** What became of the message stands at the top. */
function showTop(): void {
  window.scrollTo({ top: 0 });
}
