/** The start page: where to go from here. */
import { Card, CardHeader, makeStyles, tokens } from "@fluentui/react-components";
import { useNavigate } from "react-router";

import { may, useMe } from "../../app/api_context";
import { PAGES } from "../../app/pages";
import { PageFrame } from "../../components/page_frame";
import { useText } from "../../text/language";

const useStyles = makeStyles({
  grid: { display: "grid", gap: tokens.spacingHorizontalM, gridTemplateColumns: "repeat(auto-fill, minmax(15rem, 1fr))" },
});

export default function HomePage() {
  const t = useText();
  const me = useMe();
  const styles = useStyles();
  const navigate = useNavigate();
  const shown = PAGES.filter((page) => page.section && page.path && may(me, ...page.rights));
  return (
    <PageFrame title={t("access.nav_home")}>
      <div className={styles.grid}>
        {shown.map((page) => (
          <Card key={page.path} onClick={() => void navigate(`/${page.path}`)}>
            <CardHeader image={page.icon ? <page.icon /> : null} header={t(page.title)} />
          </Card>
        ))}
      </div>
    </PageFrame>
  );
}
