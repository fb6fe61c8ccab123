/** Who acted, and for whom (both are always told), as words. */
import type { components } from "../../api/schema.gen";
import type { useText } from "../../text/language";

export type Actor = components["schemas"]["Actor"];

export function actorText(actor: Actor, t: ReturnType<typeof useText>): string {
  return actor.on_behalf_of ? t("mail.who_for", { who: actor.name, whom: actor.on_behalf_of }) : actor.name;
}

/** A moment inside a sentence; `Moment` is for one that stands alone. */
export function whenText(at: string, language: string): string {
  return new Date(at).toLocaleString(language, { dateStyle: "medium", timeStyle: "short" });
}
