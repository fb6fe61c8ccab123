/** The variables that templates and notices offer (docs/transforms/insert-text.md, docs/POLICY.md), each with its text. */
import type { TextKey } from "../../../text/catalogue";
import type { NoticeText } from "./types";

export interface Variable {
  /** What is written into the text. */
  readonly code: string;
  readonly text: TextKey;
}

const COMMON: readonly Variable[] = [
  { code: "{{ sender_name }}", text: "settings.variable.sender_name" },
  { code: "{{ sender_address }}", text: "settings.variable.sender_address" },
  { code: "{{ subject }}", text: "settings.variable.subject" },
  { code: "{{ recipient_count }}", text: "settings.variable.recipient_count" },
  { code: "{{ external_count }}", text: "settings.variable.external_count" },
  {
    code: "{% for file in attachments %}\n{{ file.name }} ({{ file.size|filesize }})\n{% endfor %}\n",
    text: "settings.variable.attachments",
  },
  { code: "{{ tenant_name }}", text: "settings.variable.tenant_name" },
  { code: "{{ date }}", text: "settings.variable.date" },
  { code: "{{ time }}", text: "settings.variable.time" },
  { code: "{{ weekday }}", text: "settings.variable.weekday" },
];

export const TEMPLATE_VARIABLES: readonly Variable[] = [
  ...COMMON,
  { code: "{{ policy_name }}", text: "settings.variable.policy_name" },
  { code: "{{ file_name }}", text: "settings.variable.file_name" },
  { code: "{{ password }}", text: "settings.variable.password" },
];

const NOTICE: readonly Variable[] = [
  ...COMMON,
  { code: "{{ domains }}", text: "settings.variable.domains" },
  { code: "{{ policies }}", text: "settings.variable.policies" },
];

/** What one notice knows. */
export function noticeVariables(notice: NoticeText["notice"]): readonly Variable[] {
  const found = [...NOTICE];
  const add = (code: string, text: TextKey) => found.push({ code: `{{ ${code} }}`, text });
  const [hold, approval] = [notice.startsWith("hold-"), notice.startsWith("approval-")];
  if (hold || approval) add("reasons", "settings.variable.reasons");
  if (hold) add("end", "settings.variable.end");
  if (hold || notice === "approval-request" || notice === "approval-reminder") add("number", "settings.variable.number");
  if (approval) {
    add("requester", "settings.variable.requester");
    add("comment", "settings.variable.comment");
  }
  if (notice === "approval-approved" || notice === "approval-denied") add("approver", "settings.variable.approver");
  if (notice === "receipt" || notice === "password") {
    add("file_name", "settings.variable.file_name");
    add("algorithm", "settings.variable.algorithm");
  }
  if (notice === "password") add("password", "settings.variable.password");
  return found;
}
