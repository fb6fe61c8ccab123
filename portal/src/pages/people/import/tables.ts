/** What can be imported and exported, and the first line of a CSV file of people or groups. */
import type { Me } from "../../../app/api_context";
import { may } from "../../../app/api_context";

export const TABLES = ["people", "groups", "rules", "policies", "lists", "templates"] as const;
export type TableName = (typeof TABLES)[number];

const TEMPLATES: Readonly<Partial<Record<TableName, readonly string[]>>> = {
  people: [
    "address,display_name,language,manager,groups,members,id,kind",
    "hanako.yamada@example.co.jp,山田 花子,ja,taro.sato@example.co.jp,sales;tokyo,1,,user",
  ],
  groups: ["id,name,above,owners", "sales,営業部,head-office,taro.sato@example.co.jp"],
};

export function isTable(name: string): name is TableName {
  return (TABLES as readonly string[]).includes(name);
}

/** People and groups are of the directory; everything else is part of a scope's settings. */
export function isDirectory(table: TableName): boolean {
  return table === "people" || table === "groups";
}

export function mayExport(me: Me, table: TableName): boolean {
  return isDirectory(table) ? may(me, "read-people") : true;
}

export function mayImport(me: Me, table: TableName, scope: string): boolean {
  if (isDirectory(table)) return may(me, "write-people");
  return may(me, "write-settings") || scope.startsWith("user:");
}

/** A CSV file with an example; the mark in front tells Excel that it is UTF-8. */
export function templateOf(table: TableName): Blob | undefined {
  const lines = TEMPLATES[table];
  return lines && new Blob(["\uFEFF", lines.join("\r\n"), "\r\n"], { type: "text/csv;charset=utf-8" });
}
