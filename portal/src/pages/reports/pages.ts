import { DataBarVerticalRegular } from "@fluentui/react-icons";

import type { Page } from "../../app/page";

export const reportPages: readonly Page[] = [
  {
    path: "reports",
    section: "administration",
    title: "nav.reports",
    icon: DataBarVerticalRegular,
    rights: ["read-reports"],
    load: () => import("./report_page"),
  },
];
