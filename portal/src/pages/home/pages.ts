import { HomeRegular } from "@fluentui/react-icons";

import type { Page } from "../../app/page";

export const homePages: readonly Page[] = [
  {
    path: "",
    section: "own",
    title: "access.nav_home",
    icon: HomeRegular,
    rights: ["own", "operate"],
    load: () => import("./home_page"),
  },
];
