/** A long list: pages come from the API as the reader scrolls, and only the rows in view are in the document. */
import { Button, makeStyles, mergeClasses, Spinner, tokens } from "@fluentui/react-components";
import { useVirtualizer } from "@tanstack/react-virtual";
import { useEffect, useRef, type ReactNode } from "react";

import { useLanguage, useText } from "../text/language";
import { EmptyState } from "./empty_state";
import { ProblemView } from "./problem_view";

const useStyles = makeStyles({
  frame: {
    overflow: "auto",
    flexGrow: 1,
    minHeight: "16rem",
    maxHeight: "calc(100vh - 15rem)",
    border: `1px solid ${tokens.colorNeutralStroke2}`,
    borderRadius: tokens.borderRadiusMedium,
    backgroundColor: tokens.colorNeutralBackground1,
  },
  rows: { position: "relative", width: "100%" },
  row: {
    position: "absolute",
    insetInlineStart: 0,
    width: "100%",
    boxSizing: "border-box",
    borderBottom: `1px solid ${tokens.colorNeutralStroke3}`,
    padding: `${tokens.spacingVerticalS} ${tokens.spacingHorizontalM}`,
    ":hover": { backgroundColor: tokens.colorNeutralBackground1Hover },
  },
  foot: { display: "flex", flexWrap: "wrap", justifyContent: "center", gap: tokens.spacingHorizontalM, padding: tokens.spacingVerticalM },
});

/** What `useInfiniteQuery` returns, as far as a list needs it. */
export interface Loaded<Row> {
  readonly rows: readonly Row[];
  readonly isLoading: boolean;
  readonly error: unknown;
  readonly hasMore: boolean;
  /** How far back a search has looked so far. */
  readonly searchedTo?: string | null;
  readonly isLoadingMore: boolean;
  readonly loadMore: () => void;
  readonly reload: () => void;
}

interface Props<Row> {
  readonly loaded: Loaded<Row>;
  /** Says what the list is, to screen readers. */
  readonly name: string;
  readonly keyOf: (row: Row) => string;
  readonly children: (row: Row) => ReactNode;
  /** Pixels; rows measure themselves afterwards. */
  readonly rowHeight?: number;
  readonly emptyTitle?: string;
  readonly emptyText?: string;
  readonly className?: string;
}

const AHEAD = 10;

export function DataList<Row>(props: Props<Row>) {
  const { loaded, name, keyOf, children, rowHeight = 64, emptyTitle, emptyText, className } = props;
  const t = useText();
  const styles = useStyles();
  const frame = useRef<HTMLDivElement>(null);
  const { rows, hasMore, isLoadingMore, loadMore } = loaded;
  const failed = Boolean(loaded.error);
  // The compiler cannot see through the functions that this library returns; they are used here and nowhere else.
  // eslint-disable-next-line react-hooks/incompatible-library -- said above
  const virtual = useVirtualizer({
    count: rows.length,
    getScrollElement: () => frame.current,
    estimateSize: () => rowHeight,
    getItemKey: (index) => {
      const row = rows[index];
      return row === undefined ? index : keyOf(row);
    },
    overscan: AHEAD,
  });
  const shown = virtual.getVirtualItems();
  const last = shown.at(-1)?.index ?? -1;
  useEffect(() => {
    // After an error only the reader's own press asks again.
    if (hasMore && !isLoadingMore && !failed && last >= rows.length - AHEAD) loadMore();
  }, [hasMore, isLoadingMore, failed, last, rows.length, loadMore]);

  if (loaded.isLoading) return <Spinner label={t("common.loading")} />;
  if (loaded.error && rows.length === 0) return <ProblemView error={loaded.error} onRetry={loaded.reload} />;
  if (rows.length === 0 && hasMore) return <SearchedTo at={loaded.searchedTo} />;
  if (rows.length === 0) {
    return <EmptyState title={emptyTitle ?? t("common.empty_title")} {...(emptyText ? { text: emptyText } : {})} />;
  }
  return (
    // A scrolling region must be reachable by keyboard (WCAG 2.1.1).
    // eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex
    <div ref={frame} className={mergeClasses(styles.frame, className)} role="group" aria-label={name} tabIndex={0}>
      <div role="list" aria-label={name} className={styles.rows} style={{ height: virtual.getTotalSize() }}>
        {shown.map((item) => {
          const row = rows[item.index];
          return row === undefined ? null : (
            <div
              key={item.key}
              ref={virtual.measureElement}
              data-index={item.index}
              role="listitem"
              aria-setsize={hasMore ? -1 : rows.length}
              aria-posinset={item.index + 1}
              className={styles.row}
              style={{ transform: `translateY(${item.start.toString()}px)` }}
            >
              {children(row)}
            </div>
          );
        })}
      </div>
      {loaded.error ? <ProblemView error={loaded.error} onRetry={loadMore} /> : null}
      {hasMore ? (
        <div className={styles.foot}>
          {isLoadingMore && loaded.searchedTo ? <SearchedTo at={loaded.searchedTo} /> : null}
          <Button appearance="subtle" disabled={isLoadingMore} onClick={loadMore}>
            {isLoadingMore ? t("common.loading") : t("common.more")}
          </Button>
        </div>
      ) : null}
    </div>
  );
}

/** A search that goes on: pages without a row are passed by themselves. */
function SearchedTo({ at }: { readonly at: string | null | undefined }) {
  const t = useText();
  const { language } = useLanguage();
  const when = at ? new Date(at).toLocaleString(language, { dateStyle: "medium", timeStyle: "short" }) : "";
  return <Spinner size="tiny" label={when ? t("common.searched_to", { when }) : t("common.loading")} />;
}
