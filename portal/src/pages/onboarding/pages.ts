import { RocketRegular } from "@fluentui/react-icons";

import type { Page } from "../../app/page";

export const onboardingPages: readonly Page[] = [
  {
    path: "onboarding",
    section: "administration",
    title: "nav.onboarding",
    icon: RocketRegular,
    rights: ["write-settings"],
    wholeTenant: true,
    load: () => import("./onboarding_page"),
  },
  {
    path: "operator/tenants/:tenantId/onboarding",
    title: "nav.onboarding",
    rights: ["operate"],
    load: () => import("./onboarding_page"),
  },
];
