/** How a password notice stands. */
import { Badge, type BadgeProps } from "@fluentui/react-components";
import {
  CheckmarkCircleRegular,
  ClockRegular,
  DeleteRegular,
  HandRightRegular,
  PauseCircleRegular,
  SubtractCircleRegular,
  type FluentIcon,
} from "@fluentui/react-icons";

import type { components } from "../../api/schema.gen";
import { useText } from "../../text/language";

export type NoticeState = components["schemas"]["NoticeState"];

interface Look {
  readonly color: NonNullable<BadgeProps["color"]>;
  readonly icon: FluentIcon;
}

const LOOKS: Readonly<Record<NoticeState, Look>> = {
  waiting: { color: "brand", icon: ClockRegular },
  paused: { color: "warning", icon: PauseCircleRegular },
  manual: { color: "warning", icon: HandRightRegular },
  sent: { color: "success", icon: CheckmarkCircleRegular },
  deleted: { color: "informative", icon: DeleteRegular },
  none: { color: "informative", icon: SubtractCircleRegular },
};

export const NOTICE_STATES = Object.keys(LOOKS) as readonly NoticeState[];

export function NoticeBadge({ state }: { readonly state: NoticeState }) {
  const t = useText();
  const { color, icon: Icon } = LOOKS[state];
  return (
    <Badge appearance="tint" color={color} size="large" shape="rounded" icon={<Icon aria-hidden />}>
      {t(`passwords.state.${state}`)}
    </Badge>
  );
}
