/** Who is signed on, the language, the appearance, and the way out. */
import {
  makeStyles,
  Menu,
  MenuButton,
  MenuDivider,
  MenuGroup,
  MenuGroupHeader,
  MenuItem,
  MenuItemRadio,
  MenuList,
  MenuPopover,
  MenuTrigger,
} from "@fluentui/react-components";
import { PersonRegular } from "@fluentui/react-icons";

import { LANGUAGES, type Language } from "../text/catalogue";
import { useLanguage, useText } from "../text/language";
import { useMe, useSession } from "./api_context";
import { type Appearance, useAppearance } from "./theme";

const useStyles = makeStyles({ name: { "@media (max-width: 48rem)": { display: "none" } } });

const LANGUAGE_NAMES: Readonly<Record<Language, string>> = { ja: "日本語", en: "English" };

export default function PersonMenu() {
  const t = useText();
  const me = useMe();
  const session = useSession();
  const styles = useStyles();
  const { language, choose } = useLanguage();
  const { appearance, choose: chooseAppearance } = useAppearance();
  return (
    <Menu
      checkedValues={{ language: [language], appearance: [appearance] }}
      onCheckedValueChange={(_, data) => {
        const value = data.checkedItems[0];
        if (data.name === "language") choose(value as Language);
        else chooseAppearance(value as Appearance);
      }}
    >
      <MenuTrigger disableButtonEnhancement>
        <MenuButton appearance="subtle" icon={<PersonRegular />} aria-label={me.name || me.address}>
          <span className={styles.name}>{me.name || me.address}</span>
        </MenuButton>
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
      </MenuPopover>
    </Menu>
  );
}
