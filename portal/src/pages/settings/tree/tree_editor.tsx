/** The builder of a condition tree: groups joined by AND and OR, negations, conditions; or the same as text. */
import { makeStyles, Spinner, Tab, TabList, tokens } from "@fluentui/react-components";
import { lazy, Suspense, useEffect, useMemo, useRef, useState } from "react";

import { useText } from "../../../text/language";
import { added, changeAt, duplicated, grouped, joined, moved, negated, type Path, removed, ungrouped } from "../model/tree";
import type { Condition } from "../model/types";
import { TreeContext, type TreeActions } from "./tree_context";
import { TreeNode } from "./tree_node";

const TreeText = lazy(() => import("./tree_text"));

const useStyles = makeStyles({
  frame: { display: "flex", flexDirection: "column", gap: tokens.spacingVerticalS, minWidth: 0 },
});

interface Props {
  /** What the tree is for, to screen readers. */
  readonly name: string;
  readonly value: Condition;
  readonly at: string;
  readonly readOnly?: boolean;
  readonly onChange: (to: Condition) => void;
}

export default function TreeEditor({ name, value, at, readOnly = false, onChange }: Props) {
  const t = useText();
  const styles = useStyles();
  const [asText, setAsText] = useState(false);
  const frame = useRef<HTMLDivElement>(null);
  const focusOn = useRef("");
  // The node that was moved keeps the focus at its new place.
  useEffect(() => {
    if (!focusOn.current) return;
    frame.current?.querySelector<HTMLElement>(`[data-node="${focusOn.current}"]`)?.focus();
    focusOn.current = "";
  });
  const actions = useMemo<TreeActions>(
    () => ({
      tree: value,
      readOnly,
      change: (path, node) => {
        onChange(changeAt(value, path, () => node));
      },
      add: (path, node) => {
        onChange(added(value, path, node));
      },
      remove: (path) => {
        onChange(removed(value, path));
        focusOn.current = path.slice(0, -1).join("-") || "root";
      },
      duplicate: (path) => {
        onChange(duplicated(value, path));
      },
      negate: (path) => {
        onChange(negated(value, path));
      },
      join: (path, by) => {
        onChange(joined(value, path, by));
      },
      group: (path) => {
        onChange(grouped(value, path));
      },
      ungroup: (path) => {
        onChange(ungrouped(value, path));
        focusOn.current = path.slice(0, -1).join("-") || "root";
      },
      move: (path, by) => {
        const next = moved(value, path, by);
        if (next.tree === value) return;
        focusOn.current = keyOf(next.path);
        onChange(next.tree);
      },
    }),
    [value, readOnly, onChange],
  );
  return (
    <div ref={frame} className={styles.frame} role="group" aria-label={name}>
      <TabList
        size="small"
        selectedValue={asText ? "text" : "tree"}
        onTabSelect={(_, data) => {
          setAsText(data.value === "text");
        }}
      >
        <Tab value="tree">{t("policies.tree.visual")}</Tab>
        <Tab value="text">{t("policies.tree.text")}</Tab>
      </TabList>
      {asText ? (
        <Suspense fallback={<Spinner label={t("common.loading")} />}>
          <TreeText name={name} value={value} at={at} readOnly={readOnly} onChange={onChange} />
        </Suspense>
      ) : (
        <TreeContext value={actions}>
          <TreeNode node={value} path={[]} at={at} />
        </TreeContext>
      )}
    </div>
  );
}

function keyOf(path: Path): string {
  return path.join("-") || "root";
}
