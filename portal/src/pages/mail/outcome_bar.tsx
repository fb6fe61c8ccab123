/** How a message stands, and who decided what, for whom, when and through which channel. */
import { MessageBar, MessageBarBody, MessageBarTitle, type MessageBarProps } from "@fluentui/react-components";

import { useMe } from "../../app/api_context";
import { actorText, whenText } from "../../components/mail/actor_text";
import type { MessageState } from "../../components/mail/state_badge";
import type { TextKey } from "../../text/catalogue";
import { useLanguage, useText } from "../../text/language";
import type { MessageView } from "./message_queries";

const INTENTS: Readonly<Record<MessageState, NonNullable<MessageBarProps["intent"]>>> = {
  held: "warning",
  delayed: "info",
  "awaiting-approval": "info",
  delivering: "info",
  delivered: "success",
  "partly-delivered": "warning",
  bounced: "error",
  discarded: "info",
  expired: "info",
  denied: "warning",
};

/** States in which there is no outcome yet. */
const UNDECIDED: ReadonlySet<MessageState> = new Set(["held", "delayed", "awaiting-approval"]);

interface Props {
  readonly view: MessageView;
  /** Said before everything else: that somebody else was first, or that it is done. */
  readonly note: string;
}

export function OutcomeBar({ view, note }: Props) {
  const t = useText();
  const { language } = useLanguage();
  const me = useMe();
  const { state } = view.sheet;
  return (
    <MessageBar intent={INTENTS[state]} layout="multiline" role="status">
      <MessageBarBody>
        {note ? <div>{note}</div> : null}
        <MessageBarTitle>{t(`mail.title.${state}`)}</MessageBarTitle> {outcomeText(view, me.address, language, t)}
      </MessageBarBody>
    </MessageBar>
  );
}

function outcomeText(view: MessageView, me: string, language: string, t: ReturnType<typeof useText>): string {
  const { outcome, by_policy, state } = view.sheet;
  if (!outcome) return UNDECIDED.has(state) ? "" : t("mail.outcome_none");
  const { actor } = outcome;
  const when = whenText(outcome.at, language);
  const verb = t(`mail.verb.${outcome.verb}` as TextKey);
  if (actor.role === "system") return t(by_policy ? "mail.outcome_policy" : "mail.outcome_time", { when, verb });
  const channel = t(`mail.channel.${actor.channel}`);
  const mine = actor.name.toLowerCase() === me.toLowerCase() && !actor.on_behalf_of;
  return mine
    ? t("mail.outcome_you", { when, verb, channel })
    : t("mail.outcome_other", { when, verb, channel, who: actorText(actor, t) });
}
