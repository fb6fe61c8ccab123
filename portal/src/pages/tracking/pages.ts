import { MailMultipleRegular, DocumentSearchRegular } from "@fluentui/react-icons";

import type { Page } from "../../app/page";

export const trackingPages: readonly Page[] = [
  {
    path: "all-held",
    section: "administration",
    title: "nav.all_held",
    icon: MailMultipleRegular,
    rights: ["read-messages"],
    load: () => import("./all_held_page"),
  },
  {
    path: "tracking",
    section: "administration",
    title: "nav.tracking",
    icon: DocumentSearchRegular,
    rights: ["read-messages"],
    load: () => import("./tracking_page"),
  },
];
