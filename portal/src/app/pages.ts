/** All pages, folder by folder, in the order of the navigation. */
import { approvalPages } from "../pages/approvals/pages";
import { auditPages } from "../pages/audit/pages";
import { dryRunPages } from "../pages/dry_run/pages";
import { homePages } from "../pages/home/pages";
import { mailPages, sentPages } from "../pages/mail/pages";
import { onboardingPages } from "../pages/onboarding/pages";
import { operatorPages } from "../pages/operator/pages";
import { passwordPages } from "../pages/passwords/pages";
import { exchangePages, peoplePages } from "../pages/people/pages";
import { profilePages } from "../pages/profile/pages";
import { reportPages } from "../pages/reports/pages";
import { ownSettingsPages, settingsPages } from "../pages/settings/pages";
import { trackingPages } from "../pages/tracking/pages";
import type { Page } from "./page";

export const PAGES: readonly Page[] = [
  ...homePages,
  ...mailPages,
  ...approvalPages,
  ...passwordPages,
  ...sentPages,
  ...profilePages,
  ...ownSettingsPages,
  ...trackingPages,
  ...peoplePages,
  ...reportPages,
  ...auditPages,
  ...settingsPages,
  ...dryRunPages,
  ...exchangePages,
  ...onboardingPages,
  ...operatorPages,
];
