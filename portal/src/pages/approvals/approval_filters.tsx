/** Search in the history of approvals: requester, subject, state, from and to. */
import { Button, Field, Input, makeStyles, Select, tokens } from "@fluentui/react-components";
import { FilterDismissRegular } from "@fluentui/react-icons";
import { useCallback } from "react";

import type { Filters } from "../../components/filters";
import { SearchField } from "../../components/search_field";
import { useText } from "../../text/language";
import { APPROVAL_FILTERS, APPROVAL_STATUSES, type ApprovalTab } from "./approval_query";

export type ApprovalFilterState = Filters<(typeof APPROVAL_FILTERS)[number]>;

const useStyles = makeStyles({
  row: { display: "flex", flexWrap: "wrap", gap: tokens.spacingHorizontalM, alignItems: "flex-end" },
  field: { flexGrow: 1, minWidth: "10rem", maxWidth: "16rem" },
});

interface Props {
  readonly tab: ApprovalTab;
  readonly filters: ApprovalFilterState;
}

export function ApprovalFilters({ tab, filters }: Props) {
  const t = useText();
  const styles = useStyles();
  const { values, set } = filters;
  const byRequester = useCallback(
    (requester: string) => {
      set({ requester });
    },
    [set],
  );
  const bySubject = useCallback(
    (subject: string) => {
      set({ subject });
    },
    [set],
  );
  return (
    <div className={styles.row} role="search">
      {tab === "asked" ? (
        <Field className={styles.field} label={t("approvals.requester")}>
          <SearchField
            label={t("approvals.requester")}
            hint={t("approvals.requester_hint")}
            value={values.requester}
            onSearch={byRequester}
          />
        </Field>
      ) : null}
      <Field className={styles.field} label={t("approvals.subject")}>
        <SearchField
          label={t("approvals.subject")}
          hint={t("approvals.subject_hint")}
          value={values.subject}
          onSearch={bySubject}
        />
      </Field>
      <Field className={styles.field} label={t("approvals.status")}>
        <Select
          value={values.status}
          onChange={(_, data) => {
            set({ status: data.value });
          }}
        >
          <option value="">{t("approvals.status_all")}</option>
          {APPROVAL_STATUSES.map((value) => (
            <option key={value} value={value}>
              {t(`approvals.status.${value}`)}
            </option>
          ))}
        </Select>
      </Field>
      {(["since", "until"] as const).map((name) => (
        <Field key={name} className={styles.field} label={t(`approvals.${name}`)}>
          <Input
            type="date"
            value={values[name]}
            onChange={(_, data) => {
              set({ [name]: data.value });
            }}
          />
        </Field>
      ))}
      {APPROVAL_FILTERS.some((name) => name !== "tab" && values[name] !== "") ? (
        <Button
          appearance="subtle"
          icon={<FilterDismissRegular />}
          onClick={() => {
            set({ requester: "", subject: "", status: "", since: "", until: "" });
          }}
        >
          {t("mail.clear_filters")}
        </Button>
      ) : null}
    </div>
  );
}
