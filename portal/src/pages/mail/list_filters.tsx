/** The filters above a list of messages; they stand in the page's address. */
import { Button, makeStyles, Select, tokens } from "@fluentui/react-components";
import { FilterDismissRegular } from "@fluentui/react-icons";
import { useCallback } from "react";

import { useMe } from "../../app/api_context";
import type { Filters } from "../../components/filters";
import { SearchField } from "../../components/search_field";
import { useText } from "../../text/language";

const useStyles = makeStyles({
  row: { display: "flex", flexWrap: "wrap", gap: tokens.spacingHorizontalS, alignItems: "center" },
  find: { flexGrow: 1, maxWidth: "24rem", minWidth: "12rem" },
  choice: { maxWidth: "16rem" },
});

/** The parameters of the page's address. */
export const LIST_FILTERS = ["q", "state", "whose"] as const;
export type ListFilterState = Filters<(typeof LIST_FILTERS)[number]>;

interface Option {
  readonly value: string;
  readonly text: string;
}

interface Props {
  readonly filters: ListFilterState;
  /** The states to choose from, and what the choice is called. */
  readonly states: readonly Option[];
  readonly stateLabel: string;
  readonly anyState: string;
}

export function ListFilters({ filters, states, stateLabel, anyState }: Props) {
  const t = useText();
  const styles = useStyles();
  const principals = useMe().principals;
  const { values, set } = filters;
  const find = useCallback(
    (q: string) => {
      set({ q });
    },
    [set],
  );
  return (
    <div className={styles.row} role="search">
      <SearchField
        className={styles.find}
        label={t("mail.find_label")}
        hint={t("mail.find_hint")}
        value={values.q}
        onSearch={find}
      />
      <Select
        className={styles.choice}
        aria-label={stateLabel}
        value={values.state}
        onChange={(_, data) => {
          set({ state: data.value });
        }}
      >
        <option value="">{anyState}</option>
        {states.map(({ value, text }) => (
          <option key={value} value={value}>
            {text}
          </option>
        ))}
      </Select>
      {principals.length > 0 ? (
        <Select
          className={styles.choice}
          aria-label={t("mail.whose_label")}
          value={values.whose}
          onChange={(_, data) => {
            set({ whose: data.value });
          }}
        >
          <option value="">{t("mail.whose_all")}</option>
          <option value="me">{t("mail.whose_mine")}</option>
          {principals.map((address) => (
            <option key={address} value={address}>
              {address}
            </option>
          ))}
        </Select>
      ) : null}
      {filters.count > 0 ? (
        <Button
          appearance="subtle"
          icon={<FilterDismissRegular />}
          onClick={filters.clear}
        >
          {t("mail.clear_filters")}
        </Button>
      ) : null}
    </div>
  );
}
