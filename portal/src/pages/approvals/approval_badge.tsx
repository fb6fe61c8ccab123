/** How a request for approval stands. */
import { Badge, type BadgeProps } from "@fluentui/react-components";

import { useText } from "../../text/language";
import type { ApprovalStatus } from "./approval_query";

const COLORS: Readonly<Record<ApprovalStatus, NonNullable<BadgeProps["color"]>>> = {
  open: "brand",
  approved: "success",
  denied: "danger",
  withdrawn: "informative",
  expired: "informative",
  lapsed: "warning",
};

export function ApprovalBadge({ status }: { readonly status: ApprovalStatus }) {
  const t = useText();
  return (
    <Badge appearance="tint" color={COLORS[status]} size="large" shape="rounded">
      {t(`approvals.status.${status}`)}
    </Badge>
  );
}
