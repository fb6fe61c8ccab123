/** The settings of the whole organisation. */
import { useText } from "../../text/language";
import { SettingsEditor } from "./settings_editor";

export default function TenantPage() {
  const t = useText();
  return <SettingsEditor scope="tenant" title={t("settings.nav_tenant")} />;
}
