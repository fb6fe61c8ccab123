/** The settings of a person: one's own, or with `?scope=user:ADDRESS` those of somebody whom one administers. */
import { useSearchParams } from "react-router";

import { useMe } from "../../app/api_context";
import { useText } from "../../text/language";
import { SettingsEditor } from "./settings_editor";

export default function OwnPage() {
  const t = useText();
  const me = useMe();
  const [parameters] = useSearchParams();
  const named = parameters.get("scope") ?? "";
  const own = `user:${me.address}`;
  const scope = named.startsWith("user:") ? named : own;
  const title = scope === own ? t("settings.nav_own") : t("settings.title_of", { name: scope.slice("user:".length) });
  return <SettingsEditor key={scope} scope={scope} title={title} />;
}
