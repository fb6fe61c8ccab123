import { KeyRegular } from "@fluentui/react-icons";

import type { Page } from "../../app/page";

export const passwordPages: readonly Page[] = [
  {
    path: "passwords",
    section: "own",
    title: "nav.passwords",
    icon: KeyRegular,
    rights: ["own"],
    load: () => import("./passwords_page"),
  },
];
