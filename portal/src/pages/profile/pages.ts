import { PersonRegular } from "@fluentui/react-icons";

import type { Page } from "../../app/page";

export const profilePages: readonly Page[] = [
  {
    path: "profile",
    section: "own",
    title: "nav.profile",
    icon: PersonRegular,
    rights: ["own", "read-people"],
    load: () => import("./profile_page"),
  },
];
