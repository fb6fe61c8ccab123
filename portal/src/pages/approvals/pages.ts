import { CheckmarkStarburstRegular } from "@fluentui/react-icons";

import type { Page } from "../../app/page";

export const approvalPages: readonly Page[] = [
  {
    path: "approvals",
    section: "own",
    title: "nav.approvals",
    icon: CheckmarkStarburstRegular,
    rights: ["own"],
    load: () => import("./approvals_page"),
  },
];
