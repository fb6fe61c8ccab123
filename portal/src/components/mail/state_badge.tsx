/** How a message stands, as a small coloured word with a picture: never by colour alone. */
import { Badge, type BadgeProps } from "@fluentui/react-components";
import {
  CheckmarkCircleRegular,
  ClockRegular,
  DeleteRegular,
  DismissCircleRegular,
  PauseCircleRegular,
  PersonClockRegular,
  SendRegular,
  WarningRegular,
  type FluentIcon,
} from "@fluentui/react-icons";

import type { components } from "../../api/schema.gen";
import { useText } from "../../text/language";

export type MessageState = components["schemas"]["State"];

interface Look {
  readonly color: NonNullable<BadgeProps["color"]>;
  readonly icon: FluentIcon;
}

const LOOKS: Readonly<Record<MessageState, Look>> = {
  held: { color: "warning", icon: PauseCircleRegular },
  delayed: { color: "brand", icon: ClockRegular },
  "awaiting-approval": { color: "brand", icon: PersonClockRegular },
  delivering: { color: "informative", icon: SendRegular },
  delivered: { color: "success", icon: CheckmarkCircleRegular },
  "partly-delivered": { color: "warning", icon: WarningRegular },
  bounced: { color: "danger", icon: DismissCircleRegular },
  discarded: { color: "informative", icon: DeleteRegular },
  expired: { color: "informative", icon: ClockRegular },
  denied: { color: "danger", icon: DismissCircleRegular },
};

export const MESSAGE_STATES = Object.keys(LOOKS) as readonly MessageState[];

export function StateBadge({ state }: { readonly state: MessageState }) {
  const t = useText();
  const { color, icon: Icon } = LOOKS[state];
  return (
    <Badge appearance="tint" color={color} size="large" shape="rounded" icon={<Icon aria-hidden />}>
      {t(`mail.state.${state}`)}
    </Badge>
  );
}
