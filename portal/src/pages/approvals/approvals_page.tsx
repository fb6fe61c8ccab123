/** Requests for approval: those to answer, and the history of those asked of the reader or by the reader. */
import { Button, makeStyles, mergeClasses, Text, tokens } from "@fluentui/react-components";
import { ArrowClockwiseRegular } from "@fluentui/react-icons";
import { Link } from "react-router";

import { bodyOf } from "../../api/client";
import type { components } from "../../api/schema.gen";
import { useApi } from "../../app/api_context";
import { DataList } from "../../components/data_list";
import { useFilters } from "../../components/filters";
import { MessageLine, type MessageRow } from "../../components/mail/message_line";
import { PageFrame } from "../../components/page_frame";
import { usePaged } from "../../components/paged";
import { useText } from "../../text/language";
import { ApprovalFilters } from "./approval_filters";
import { APPROVAL_FILTERS, approvalQuery, type ApprovalTab, statusOf, tabOf } from "./approval_query";
import { ApprovalBadge } from "./approval_badge";

const TABS: readonly ApprovalTab[] = ["open", "asked", "requested"];

const useStyles = makeStyles({
  tabs: { display: "flex", flexWrap: "wrap", gap: tokens.spacingHorizontalXS },
  tab: {
    padding: `${tokens.spacingVerticalSNudge} ${tokens.spacingHorizontalM}`,
    color: tokens.colorNeutralForeground2,
    textDecorationLine: "none",
    borderBottom: "3px solid transparent",
    ":hover": { color: tokens.colorNeutralForeground1, borderBottomColor: tokens.colorNeutralStroke1 },
  },
  here: {
    color: tokens.colorNeutralForeground1,
    fontWeight: tokens.fontWeightSemibold,
    borderBottomColor: tokens.colorCompoundBrandStroke,
  },
});

export default function ApprovalsPage() {
  const t = useText();
  const api = useApi();
  const styles = useStyles();
  const filters = useFilters(APPROVAL_FILTERS);
  const tab = tabOf(filters.values.tab);
  const query = approvalQuery(tab, filters.values);
  const loaded = usePaged(["approvals", query], async (after, signal) =>
    bodyOf(await api.GET("/api/v1/approvals", { params: { query: { ...query, after, limit: 50 } }, signal })),
  );
  return (
    <PageFrame
      title={t("approvals.title")}
      actions={
        <Button icon={<ArrowClockwiseRegular />} onClick={loaded.reload}>
          {t("common.refresh")}
        </Button>
      }
    >
      <Text>{t("approvals.lead")}</Text>
      <nav className={styles.tabs} aria-label={t("approvals.tabs")}>
        {TABS.map((value) => (
          <Link
            key={value}
            to={value === "open" ? "/approvals" : `/approvals?tab=${value}`}
            className={mergeClasses(styles.tab, value === tab && styles.here)}
            aria-current={value === tab ? "page" : undefined}
          >
            {t(`approvals.tab_${value}`)}
          </Link>
        ))}
      </nav>
      {tab === "open" ? null : <ApprovalFilters tab={tab} filters={filters} />}
      <DataList
        key={tab}
        loaded={loaded}
        name={t(`approvals.tab_${tab}`)}
        keyOf={({ message }) => message.ref.queue_id}
        rowHeight={88}
        emptyTitle={t(tab === "open" ? "approvals.open_empty_title" : "approvals.history_empty_title")}
        emptyText={t(tab === "open" ? "approvals.open_empty_text" : "approvals.history_empty_text")}
      >
        {(row) => <ApprovalLine row={row} tab={tab} />}
      </DataList>
    </PageFrame>
  );
}

interface LineProps {
  readonly row: components["schemas"]["MessageListRow"];
  readonly tab: ApprovalTab;
}

function ApprovalLine({ row: { message, acting_for }, tab }: LineProps) {
  const t = useText();
  return (
    <MessageLine row={message} actingFor={acting_for} badge={<ApprovalBadge status={statusOf(message)} />}>
      <span>
        {tab === "requested"
          ? t("approvals.row_approvers", { names: message.seats.join(", ") })
          : t("approvals.row_requester", { name: requesterOf(message) })}
      </span>
    </MessageLine>
  );
}

function requesterOf(message: MessageRow): string {
  return message.requester || message.sender;
}
