/** Whether the reader sees a message as a proxy; whoever acts for another without being one has a role's right to it. */
import type { Me } from "../../app/api_context";
import type { MessageView } from "./message_queries";

export function isProxy(me: Pick<Me, "principals">, view: Pick<MessageView, "acting_for">): boolean {
  const whom = view.acting_for.toLowerCase();
  return me.principals.some((address) => address.toLowerCase() === whom);
}
