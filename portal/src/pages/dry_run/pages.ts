import { BeakerRegular } from "@fluentui/react-icons";

import type { Page } from "../../app/page";

export const dryRunPages: readonly Page[] = [
  {
    path: "dry-run",
    section: "administration",
    title: "nav.dry_run",
    icon: BeakerRegular,
    rights: ["read-settings"],
    load: () => import("./dry_run_page"),
  },
];
