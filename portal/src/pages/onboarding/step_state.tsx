/** How a step or a finding stands: a word with a picture, never by colour alone. */
import { Badge, type BadgeProps } from "@fluentui/react-components";
import {
  CheckmarkCircleRegular,
  CircleRegular,
  ClipboardTaskRegular,
  DismissCircleRegular,
  SubtractCircleRegular,
  WarningRegular,
  type FluentIcon,
} from "@fluentui/react-icons";

import { useText } from "../../text/language";
import type { StepView } from "./use_onboarding";

const LOOKS: Readonly<Record<StepView["state"], { color: NonNullable<BadgeProps["color"]>; icon: FluentIcon }>> = {
  "not-begun": { color: "informative", icon: CircleRegular },
  "not-available": { color: "informative", icon: SubtractCircleRegular },
  ok: { color: "success", icon: CheckmarkCircleRegular },
  "to-do": { color: "brand", icon: ClipboardTaskRegular },
  warning: { color: "warning", icon: WarningRegular },
  failed: { color: "danger", icon: DismissCircleRegular },
};

export function StepStateBadge({ state }: { readonly state: StepView["state"] }) {
  const t = useText();
  const { color, icon: Icon } = LOOKS[state];
  return (
    <Badge appearance="tint" color={color} size="large" shape="rounded" icon={<Icon aria-hidden />}>
      {t(`onboarding.state.${state}`)}
    </Badge>
  );
}
