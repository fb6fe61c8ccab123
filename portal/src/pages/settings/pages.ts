import { BuildingRegular, OptionsRegular, PeopleSettingsRegular, TableSettingsRegular } from "@fluentui/react-icons";

import type { Page } from "../../app/page";

/** One's own settings. */
export const ownSettingsPages: readonly Page[] = [
  {
    path: "my-settings",
    section: "own",
    title: "nav.settings_own",
    icon: OptionsRegular,
    rights: ["own"],
    load: () => import("./own_page"),
  },
  {
    path: "effective-settings",
    section: "own",
    title: "nav.settings_effective",
    icon: TableSettingsRegular,
    rights: ["own", "read-settings"],
    load: () => import("./effective/effective_page"),
  },
];

/** The tenant's and the groups'. */
export const settingsPages: readonly Page[] = [
  {
    path: "settings",
    section: "administration",
    title: "nav.settings_tenant",
    icon: BuildingRegular,
    rights: ["read-settings"],
    wholeTenant: true,
    load: () => import("./tenant_page"),
  },
  {
    path: "group-settings",
    section: "administration",
    title: "nav.settings_group",
    icon: PeopleSettingsRegular,
    rights: ["read-settings"],
    load: () => import("./group_page"),
  },
];
