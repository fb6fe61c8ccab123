/** Behind the name of who is signed on: the language, the appearance, the way out, and the version. Opens when it is there. */
import {
  Caption1,
  Menu,
  MenuDivider,
  MenuGroup,
  MenuGroupHeader,
  MenuItem,
  MenuItemRadio,
  MenuList,
  MenuPopover,
  MenuTrigger,
  makeStyles,
  tokens,
} from "@fluentui/react-components";

import { LANGUAGES, type Language } from "../text/catalogue";
import { useLanguage, useText } from "../text/language";
import { useSession, useVersion } from "./api_context";
import { PersonButton } from "./person_button";
import { type Appearance, useAppearance } from "./theme";

const LANGUAGE_NAMES: Readonly<Record<Language, string>> = { ja: "日本語", en: "English" };

const useStyles = makeStyles({
  version: {
    display: "block",
    padding: `${tokens.spacingVerticalS} ${tokens.spacingHorizontalS}`,
    color: tokens.colorNeutralForeground3,
  },
});

export default function PersonMenu() {
  const t = useText();
  const styles = useStyles();
  const session = useSession();
  const version = useVersion();
  const { language, choose } = useLanguage();
  const { appearance, choose: chooseAppearance } = useAppearance();
  return (
    <Menu
      defaultOpen
      checkedValues={{ language: [language], appearance: [appearance] }}
      onCheckedValueChange={(_, data) => {
        const value = data.checkedItems[0];
        if (data.name === "language") choose(value as Language);
        else chooseAppearance(value as Appearance);
      }}
    >
      <MenuTrigger disableButtonEnhancement>
        <PersonButton />
      </MenuTrigger>
      <MenuPopover>
        <MenuList>
          <MenuGroup>
            <MenuGroupHeader>{t("common.language")}</MenuGroupHeader>
            {LANGUAGES.map((tag) => (
              <MenuItemRadio key={tag} name="language" value={tag} lang={tag}>
                {LANGUAGE_NAMES[tag]}
              </MenuItemRadio>
            ))}
          </MenuGroup>
          <MenuDivider />
          <MenuGroup>
            <MenuGroupHeader>{t("common.theme")}</MenuGroupHeader>
            <MenuItemRadio name="appearance" value="system">
              {t("common.theme_system")}
            </MenuItemRadio>
            <MenuItemRadio name="appearance" value="light">
              {t("common.theme_light")}
            </MenuItemRadio>
            <MenuItemRadio name="appearance" value="dark">
              {t("common.theme_dark")}
            </MenuItemRadio>
          </MenuGroup>
          <MenuDivider />
          <MenuItem onClick={() => void session.signOut()}>{t("common.sign_out")}</MenuItem>
        </MenuList>
        <Caption1 className={styles.version}>
          {t("common.product")} {version}
        </Caption1>
      </MenuPopover>
    </Menu>
  );
}
