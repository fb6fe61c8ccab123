import { ClipboardTaskListLtrRegular } from "@fluentui/react-icons";

import type { Page } from "../../app/page";

export const auditPages: readonly Page[] = [
  {
    path: "audit",
    section: "administration",
    title: "nav.audit",
    icon: ClipboardTaskListLtrRegular,
    rights: ["read-audit"],
    load: () => import("./audit_page"),
  },
  {
    path: "audit/deletions",
    title: "nav.deletions",
    rights: ["read-audit"],
    load: () => import("./deletions_page"),
  },
];
