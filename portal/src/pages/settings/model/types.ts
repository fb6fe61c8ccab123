/** The model of settings as the API has it; everything else here is checked against these types. */
import type { components } from "../../../api/schema.gen";

type Schemas = components["schemas"];

export type TenantSettings = Schemas["TenantSettings"];
export type ScopeSettings = Schemas["ScopeSettings"];
/** What the editor holds: the document of any scope. */
export type SettingsDocument = TenantSettings | ScopeSettings;

export type Rule = Schemas["RuleAssignment"];
export type RuleKind = Rule["rule"];
export type Policy = Schemas["Policy"];
export type Template = Schemas["Template"];
export type AddressList = Schemas["AddressList"];
export type SubjectMark = Schemas["SubjectMark"];
export type Route = Schemas["Route"];
export type NextHopServer = Schemas["NextHopServer"];
export type Grant = Schemas["Grant"];
export type HoldNotices = Schemas["HoldNotices"];
export type NoticeWishes = Schemas["NoticeWishes"];
export type NoticeText = Schemas["NoticeText"];
export type BusinessHours = Schemas["BusinessHours"];
export type Delivery = Schemas["Delivery"];
export type OAuthClient = Schemas["OAuthClient"];
export type DkimKey = Schemas["DkimKey"];
export type Signing = Schemas["Signing"];
export type Gathering = Schemas["Gathering"];
export type Retention = Schemas["Retention"];
export type LegalHold = Schemas["LegalHold"];
export type SystemPolicies = Schemas["SystemPolicies"];
export type Difference = Schemas["CheckedDraft"]["differences"][number];

/** Any node of a condition tree. */
export type Condition = Policy["when"];
export type ConditionKind = Condition["type"];
export type JoinKind = "all" | "any";
/** What is no group and no negation: one line of the builder. */
export type LeafKind = Exclude<ConditionKind, JoinKind | "not">;
export type LeafOf<K extends LeafKind> = Extract<Condition, { type: K }>;
export type Leaf = LeafOf<LeafKind>;
export type Group = Extract<Condition, { type: JoinKind }>;

export type Action = Policy["actions"][number];
export type ActionKind = Action["type"];
export type ActionOf<K extends ActionKind> = Extract<Action, { type: K }>;

export type Part =
  | "general"
  | "rules"
  | "policies"
  | "templates"
  | "lists"
  | "notices"
  | "routes"
  | "signing"
  | "retention"
  | "marks"
  | "access"
  | "files"
  | "history";

export function isTenant(document: SettingsDocument): document is TenantSettings {
  return "domains" in document;
}
