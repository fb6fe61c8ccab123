import { MailClockRegular, SendClockRegular } from "@fluentui/react-icons";

import type { Page } from "../../app/page";

export const mailPages: readonly Page[] = [
  {
    path: "held",
    section: "own",
    title: "nav.held",
    icon: MailClockRegular,
    rights: ["own"],
    load: () => import("./held_page"),
  },
  {
    path: "messages/:id",
    title: "nav.message",
    rights: ["own", "read-messages"],
    load: () => import("./message_page"),
  },
];

export const sentPages: readonly Page[] = [
  {
    path: "sent",
    section: "own",
    title: "nav.sent",
    icon: SendClockRegular,
    rights: ["own"],
    load: () => import("./sent_page"),
  },
];
