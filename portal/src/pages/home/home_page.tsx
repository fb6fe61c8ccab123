/** The start page: where to go from here. */
import { makeStyles, tokens } from "@fluentui/react-components";
import { Link } from "react-router";

import { may, useMe } from "../../app/api_context";
import { PAGES } from "../../app/pages";
import { PageFrame } from "../../components/page_frame";
import { useText } from "../../text/language";

const useStyles = makeStyles({
  grid: {
    display: "grid",
    gap: tokens.spacingHorizontalM,
    gridTemplateColumns: "repeat(auto-fill, minmax(15rem, 1fr))",
    listStyleType: "none",
    margin: "0",
    padding: "0",
  },
  tile: {
    display: "flex",
    alignItems: "center",
    gap: tokens.spacingHorizontalM,
    padding: tokens.spacingHorizontalL,
    borderRadius: tokens.borderRadiusMedium,
    backgroundColor: tokens.colorNeutralBackground1,
    boxShadow: tokens.shadow4,
    color: tokens.colorNeutralForeground1,
    textDecorationLine: "none",
    fontWeight: tokens.fontWeightSemibold,
    ":hover": { backgroundColor: tokens.colorNeutralBackground1Hover },
    ":focus-visible": { outline: `2px solid ${tokens.colorStrokeFocus2}` },
  },
});

export default function HomePage() {
  const t = useText();
  const me = useMe();
  const styles = useStyles();
  const shown = PAGES.filter((page) => page.section && page.path && may(me, ...page.rights));
  return (
    <PageFrame title={t("access.nav_home")}>
      <ul className={styles.grid}>
        {shown.map((page) => (
          <li key={page.path}>
            <Link className={styles.tile} to={`/${page.path}`}>
              {page.icon ? <page.icon aria-hidden fontSize={24} /> : null}
              {t(page.title)}
            </Link>
          </li>
        ))}
      </ul>
    </PageFrame>
  );
}
