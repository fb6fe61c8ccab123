/** The service's tenants: search, open one, create one. */
import { Button, makeStyles, tokens } from "@fluentui/react-components";
import { AddRegular } from "@fluentui/react-icons";
import { useNavigate } from "react-router";

import { bodyOf } from "../../api/client";
import type { components } from "../../api/schema.gen";
import { useApi } from "../../app/api_context";
import { DataList } from "../../components/data_list";
import { FilterForm } from "../../components/filter_form";
import { useFilters } from "../../components/filters";
import { PageFrame } from "../../components/page_frame";
import { PageLink } from "../../components/page_link";
import { usePaged } from "../../components/paged";
import { useLanguage, useText } from "../../text/language";
import { TenantStateBadge } from "./tenant_state";

type TenantView = components["schemas"]["TenantView"];

const FILTERS = ["text"] as const;

const useStyles = makeStyles({
  line: { display: "flex", flexWrap: "wrap", alignItems: "center", gap: tokens.spacingHorizontalM, minWidth: 0 },
  texts: { flexGrow: 1, flexBasis: "14rem", minWidth: 0, display: "grid", gap: tokens.spacingVerticalXXS },
  name: { fontWeight: tokens.fontWeightSemibold, color: tokens.colorNeutralForeground1, overflowWrap: "anywhere" },
  about: {
    display: "flex",
    flexWrap: "wrap",
    columnGap: tokens.spacingHorizontalM,
    color: tokens.colorNeutralForeground2,
    fontSize: tokens.fontSizeBase200,
    lineHeight: tokens.lineHeightBase300,
    overflowWrap: "anywhere",
  },
});

export default function TenantsPage() {
  const t = useText();
  const api = useApi();
  const navigate = useNavigate();
  const filters = useFilters(FILTERS);
  const { text } = filters.values;
  const loaded = usePaged(["tenants", text], async (after, signal) =>
    bodyOf(await api.GET("/api/v1/operator/tenants", { params: { query: { text, after } }, signal })),
  );
  return (
    <PageFrame
      title={t("operator.tenants")}
      actions={
        <Button appearance="primary" icon={<AddRegular />} onClick={() => void navigate("/operator/tenants/new")}>
          {t("operator.add")}
        </Button>
      }
    >
      <FilterForm
        name={t("operator.tenants_search")}
        filters={filters}
        fields={[{ name: "text", label: t("operator.tenants_label"), hint: t("tracking.part_hint") }]}
      />
      <DataList
        loaded={loaded}
        name={t("operator.tenants")}
        keyOf={(tenant) => tenant.tenant_id}
        emptyTitle={t("operator.tenants_empty_title")}
        emptyText={t("operator.tenants_empty_text")}
      >
        {(tenant) => <TenantLine tenant={tenant} />}
      </DataList>
    </PageFrame>
  );
}

function TenantLine({ tenant }: { readonly tenant: TenantView }) {
  const t = useText();
  const { language } = useLanguage();
  const styles = useStyles();
  const ends = tenant.plan === "trial" && tenant.trial_ends_at ? new Date(tenant.trial_ends_at) : null;
  return (
    <div className={styles.line}>
      <span className={styles.texts}>
        <span>
          <PageLink to={`/operator/tenants/${encodeURIComponent(tenant.tenant_id)}`} className={styles.name}>
            {tenant.name || tenant.tenant_id}
          </PageLink>
        </span>
        <span className={styles.about}>
          <span>{tenant.tenant_id}</span>
          <span>{tenant.domains.join(", ")}</span>
          <span>
            {t(`operator.plan.${tenant.plan}`)}{" "}
            {ends ? t("operator.trial_note", { date: ends.toLocaleDateString(language, { dateStyle: "medium" }) }) : null}
          </span>
          {tenant.people === null ? null : <span>{t("operator.people_line", { count: tenant.people })}</span>}
        </span>
      </span>
      <TenantStateBadge state={tenant.state} />
    </div>
  );
}
