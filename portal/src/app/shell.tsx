/** The frame around all pages: navigation, language, appearance, who is signed on. */
import { Button, makeStyles, mergeClasses, Spinner, Text, tokens } from "@fluentui/react-components";
import { NavigationRegular } from "@fluentui/react-icons";
import { lazy, Suspense, useState } from "react";
import { NavLink, Outlet, useLocation } from "react-router";

import { useText } from "../text/language";
import { useMe } from "./api_context";
import { opens } from "./opens";
import type { Page } from "./page";
import { PAGES } from "./pages";
import { PersonButton } from "./person_button";

/** Loaded when it is opened: menus would be a large part of what a first visit loads. */
const PersonMenu = lazy(() => import("./person_menu"));

const PHONE = "@media (max-width: 48rem)";

const useStyles = makeStyles({
  skip: {
    position: "absolute",
    insetInlineStart: "-100vw",
    ":focus": { insetInlineStart: tokens.spacingHorizontalM, zIndex: 10 },
  },
  top: {
    display: "flex",
    alignItems: "center",
    gap: tokens.spacingHorizontalM,
    padding: `${tokens.spacingVerticalS} ${tokens.spacingHorizontalM}`,
    borderBottom: `1px solid ${tokens.colorNeutralStroke2}`,
    backgroundColor: tokens.colorNeutralBackground1,
    position: "sticky",
    top: 0,
    zIndex: 5,
  },
  name: { flexGrow: 1, minWidth: 0, overflow: "hidden", textOverflow: "ellipsis", whiteSpace: "nowrap" },
  burger: { display: "none", [PHONE]: { display: "inline-flex" } },
  middle: { display: "flex", alignItems: "stretch" },
  nav: {
    width: "15rem",
    flexShrink: 0,
    padding: tokens.spacingHorizontalM,
    borderInlineEndWidth: "1px",
    borderInlineEndStyle: "solid",
    borderInlineEndColor: tokens.colorNeutralStroke2,
    minHeight: "calc(100vh - 4rem)",
    boxSizing: "border-box",
    [PHONE]: { display: "none" },
  },
  navOpen: {
    [PHONE]: {
      display: "block",
      position: "fixed",
      insetInlineStart: 0,
      zIndex: 4,
      height: "calc(100vh - 3.5rem)",
      overflowY: "auto",
      backgroundColor: tokens.colorNeutralBackground1,
      boxShadow: tokens.shadow16,
    },
  },
  section: {
    display: "block",
    marginTop: tokens.spacingVerticalM,
    marginBottom: tokens.spacingVerticalXS,
    color: tokens.colorNeutralForeground2,
  },
  list: { listStyleType: "none", margin: "0", padding: "0" },
  link: {
    display: "flex",
    alignItems: "center",
    gap: tokens.spacingHorizontalS,
    padding: `${tokens.spacingVerticalSNudge} ${tokens.spacingHorizontalS}`,
    borderRadius: tokens.borderRadiusMedium,
    color: tokens.colorNeutralForeground1,
    textDecorationLine: "none",
    ":hover": { backgroundColor: tokens.colorNeutralBackground1Hover },
  },
  here: { backgroundColor: tokens.colorNeutralBackground1Selected, fontWeight: tokens.fontWeightSemibold },
  main: {
    flexGrow: 1,
    minWidth: 0,
    display: "flex",
    padding: tokens.spacingHorizontalXL,
    backgroundColor: tokens.colorNeutralBackground2,
    [PHONE]: { padding: tokens.spacingHorizontalM },
  },
});

const SECTIONS = [
  ["own", "access.nav_own"],
  ["administration", "access.nav_administration"],
  ["operation", "access.nav_operation"],
] as const;

export function Shell() {
  const t = useText();
  const me = useMe();
  const styles = useStyles();
  const [open, setOpen] = useState(false);
  const { pathname } = useLocation();
  const [at, setAt] = useState(pathname);
  if (at !== pathname) {
    setAt(pathname);
    setOpen(false);
  }
  const visible = PAGES.filter((page) => page.section && opens(me, page));
  return (
    <>
      <a className={styles.skip} href="#content">
        {t("common.skip")}
      </a>
      <header className={styles.top}>
        <Button
          className={styles.burger}
          appearance="subtle"
          icon={<NavigationRegular />}
          aria-label={t("common.menu")}
          aria-expanded={open}
          onClick={() => {
            setOpen(!open);
          }}
        />
        <Text className={styles.name} weight="semibold" size={400}>
          {t("common.product")} {me.tenant_name ? `· ${me.tenant_name}` : ""}
        </Text>
        <Person />
      </header>
      <div className={styles.middle}>
        <nav className={mergeClasses(styles.nav, open && styles.navOpen)} aria-label={t("common.menu")}>
          {SECTIONS.map(([section, title]) => (
            <NavSection key={section} title={t(title)} pages={visible.filter((page) => page.section === section)} />
          ))}
        </nav>
        <main id="content" className={styles.main} tabIndex={-1}>
          <Suspense fallback={<Spinner label={t("common.loading")} />}>
            <Outlet />
          </Suspense>
        </main>
      </div>
    </>
  );
}

function Person() {
  const [wanted, setWanted] = useState(false);
  const button = (
    <PersonButton
      aria-haspopup="menu"
      aria-expanded={false}
      onClick={() => {
        setWanted(true);
      }}
    />
  );
  if (!wanted) return button;
  return (
    <Suspense fallback={button}>
      <PersonMenu />
    </Suspense>
  );
}

function NavSection({ title, pages }: { readonly title: string; readonly pages: readonly Page[] }) {
  const t = useText();
  const styles = useStyles();
  if (pages.length === 0) return null;
  return (
    <>
      <Text className={styles.section} size={200} weight="semibold">
        {title}
      </Text>
      <ul className={styles.list}>
        {pages.map((page) => (
          <li key={page.path}>
            <NavLink
              to={`/${page.path}`}
              end={page.path === ""}
              className={({ isActive }) => mergeClasses(styles.link, isActive && styles.here)}
            >
              {page.icon ? <page.icon aria-hidden /> : null}
              {t(page.title)}
            </NavLink>
          </li>
        ))}
      </ul>
    </>
  );
}
