import { expect, test } from "vitest";

import type { Me } from "./api_context";
import { opens } from "./opens";
import type { Page } from "./page";

type Somebody = Pick<Me, "roles" | "rights">;
type Asked = Pick<Page, "rights" | "wholeTenant">;

const USER: Somebody = { roles: ["user"], rights: ["own"] };
const GROUP_ADMINISTRATOR: Somebody = { roles: ["user", "group-administrator"], rights: ["own", "read-settings", "write-settings"] };
const AUDITOR: Somebody = { roles: ["user", "auditor"], rights: ["own", "read-settings"] };
const OWN: Asked = { rights: ["own"] };
const GROUPS: Asked = { rights: ["read-settings"] };
const TENANT: Asked = { rights: ["read-settings"], wholeTenant: true };

test.each([
  ["a user opens their own pages", USER, OWN, true],
  ["a user opens no settings of others", USER, GROUPS, false],
  ["a group administrator opens settings of groups", GROUP_ADMINISTRATOR, GROUPS, true],
  ["a group administrator does not open the organisation's", GROUP_ADMINISTRATOR, TENANT, false],
  ["an auditor opens the organisation's", AUDITOR, TENANT, true],
])("%s", (_, me, page, expected) => {
  expect(opens(me, page)).toBe(expected);
});
