import { ArrowSwapRegular, PeopleRegular, PeopleTeamRegular } from "@fluentui/react-icons";

import type { Page } from "../../app/page";

export const peoplePages: readonly Page[] = [
  {
    path: "people",
    section: "administration",
    title: "nav.people",
    icon: PeopleRegular,
    rights: ["read-people"],
    load: () => import("./people_page"),
  },
  { path: "people/new", title: "nav.people", rights: ["write-people"], load: () => import("./new_person_page") },
  { path: "people/:address", title: "nav.people", rights: ["read-people", "own"], load: () => import("./person_page") },
  {
    path: "groups",
    section: "administration",
    title: "nav.groups",
    icon: PeopleTeamRegular,
    rights: ["read-people"],
    load: () => import("./groups_page"),
  },
  { path: "groups/new", title: "nav.groups", rights: ["write-people"], load: () => import("./new_group_page") },
  { path: "group", title: "nav.groups", rights: ["read-people"], load: () => import("./group_page") },
];

export const exchangePages: readonly Page[] = [
  {
    path: "exchange",
    section: "administration",
    title: "nav.import",
    icon: ArrowSwapRegular,
    rights: ["write-people", "write-settings", "read-people", "read-settings"],
    load: () => import("./import/import_page"),
  },
];
