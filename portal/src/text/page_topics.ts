/** The texts of pages, which come with the first page that is opened; a new folder of pages adds its topic here. */
import { approvals } from "./approvals";
import { audit } from "./audit";
import { dryRun } from "./dry_run";
import { exchange } from "./exchange";
import { mail } from "./mail";
import { onboarding } from "./onboarding";
import { operator } from "./operator";
import { passwords } from "./passwords";
import { people } from "./people";
import { policies } from "./policies";
import { profile } from "./profile";
import { reports } from "./reports";
import { settings } from "./settings";
import { tracking } from "./tracking";

export const pageTopics = {
  approvals,
  audit,
  dryRun,
  exchange,
  mail,
  onboarding,
  operator,
  passwords,
  people,
  policies,
  profile,
  reports,
  settings,
  tracking,
};
