/** How a tenant stands, as a small coloured word with a picture: never by colour alone. */
import { Badge, type BadgeProps } from "@fluentui/react-components";
import { CheckmarkCircleRegular, ClockRegular, PauseCircleRegular, WarningRegular, type FluentIcon } from "@fluentui/react-icons";

import type { components } from "../../api/schema.gen";
import { useText } from "../../text/language";

type TenantState = components["schemas"]["TenantState"];

const LOOKS: Readonly<Record<TenantState, { color: NonNullable<BadgeProps["color"]>; icon: FluentIcon }>> = {
  active: { color: "success", icon: CheckmarkCircleRegular },
  trial: { color: "brand", icon: ClockRegular },
  "trial-ended": { color: "warning", icon: WarningRegular },
  suspended: { color: "danger", icon: PauseCircleRegular },
};

export function TenantStateBadge({ state }: { readonly state: TenantState }) {
  const t = useText();
  const { color, icon: Icon } = LOOKS[state];
  return (
    <Badge appearance="tint" color={color} size="large" shape="rounded" icon={<Icon aria-hidden />}>
      {t(`operator.state.${state}`)}
    </Badge>
  );
}
