/** A request for approval as it stands: who asked, with what words, who is asked, and who has answered what. */
import { Badge, makeStyles, Text, tokens } from "@fluentui/react-components";

import type { components } from "../../api/schema.gen";
import { Facts } from "../../components/facts";
import { actorText } from "../../components/mail/actor_text";
import { Moment } from "../../components/moment";
import { useText } from "../../text/language";
import type { MessageView } from "../mail/message_queries";

type Sheet = NonNullable<MessageView["approval"]>;
type Step = components["schemas"]["ShownStep"];

const useStyles = makeStyles({
  step: { display: "flex", flexDirection: "column", gap: tokens.spacingVerticalXS },
  title: { margin: "0", fontSize: tokens.fontSizeBase300 },
  list: { listStyleType: "none", margin: "0", padding: "0", display: "flex", flexDirection: "column", gap: tokens.spacingVerticalS },
  seat: { overflowWrap: "anywhere" },
  line: { display: "flex", flexWrap: "wrap", alignItems: "center", gap: tokens.spacingHorizontalS },
  soft: { color: tokens.colorNeutralForeground2 },
  quote: {
    margin: `${tokens.spacingVerticalXS} 0 0`,
    paddingInlineStart: tokens.spacingHorizontalM,
    borderInlineStartWidth: "3px",
    borderInlineStartStyle: "solid",
    borderInlineStartColor: tokens.colorNeutralStroke2,
    whiteSpace: "pre-wrap",
    overflowWrap: "anywhere",
  },
});

export function ApprovalView({ sheet }: { readonly sheet: Sheet }) {
  const t = useText();
  const styles = useStyles();
  return (
    <>
      <Facts
        facts={[
          [t("approvals.requested_by"), actorText(sheet.requester, t)],
          [t("approvals.requested_at"), <Moment key="at" at={sheet.requested_at} />],
          [
            t("approvals.requester_comment"),
            sheet.comment ? <blockquote className={styles.quote}>{sheet.comment}</blockquote> : null,
          ],
        ]}
      />
      {sheet.steps.map((step, index) => (
        <StepView key={`${step.policy} ${index}`} step={step} />
      ))}
    </>
  );
}

const QUORUMS = { first: "approvals.quorum.first", all: "approvals.quorum.all" } as const;

function StepView({ step }: { readonly step: Step }) {
  const t = useText();
  const styles = useStyles();
  const quorum = step.quorum === "first" || step.quorum === "all" ? QUORUMS[step.quorum] : "approvals.quorum.count";
  return (
    <div className={styles.step}>
      <h3 className={styles.title}>
        {step.policy ? t("approvals.step", { policy: step.policy }) : t("approvals.step_plain")}
      </h3>
      {step.seats.length > 1 ? (
        <Text size={200} className={styles.soft}>
          {t(quorum, { needed: step.needed })}
        </Text>
      ) : null}
      <ul className={styles.list}>
        {step.seats.map((seat) => (
          <SeatView key={seat} seat={seat} step={step} />
        ))}
      </ul>
    </div>
  );
}

function SeatView({ seat, step }: { readonly seat: string; readonly step: Step }) {
  const t = useText();
  const styles = useStyles();
  const vote = step.votes.find((one) => one.seat === seat);
  return (
    <li className={styles.seat}>
      <div className={styles.line}>
        <span>{vote ? actorText(vote.actor, t) : seat}</span>
        {vote ? (
          <Badge appearance="tint" color={vote.allow ? "success" : "danger"}>
            {t(vote.allow ? "approvals.seat_allowed" : "approvals.seat_denied")}
          </Badge>
        ) : (
          <Badge appearance="tint" color={step.waiting.includes(seat) ? "brand" : "informative"}>
            {t(step.waiting.includes(seat) ? "approvals.seat_waiting" : "approvals.seat_closed")}
          </Badge>
        )}
        {step.escalated.includes(seat) ? <Text size={200}>{t("approvals.seat_escalated")}</Text> : null}
        {step.fallback ? <Text size={200}>{t("approvals.seat_fallback")}</Text> : null}
        {vote ? (
          <Text size={200} className={styles.soft}>
            <Moment at={vote.at} />
          </Text>
        ) : null}
      </div>
      {vote?.comment ? <blockquote className={styles.quote}>{vote.comment}</blockquote> : null}
    </li>
  );
}
