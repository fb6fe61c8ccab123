/** A condition tree that may be absent, under a heading with a switch for it. */
import { makeStyles, Spinner, Switch, tokens } from "@fluentui/react-components";
import { lazy, Suspense } from "react";

import { useText } from "../../../text/language";
import type { Condition } from "../model/types";

/** Loaded with the first tree: the builder is a large part of the editor. It also ends the circle of forms and trees. */
const TreeEditor = lazy(() => import("../tree/tree_editor"));

const useStyles = makeStyles({ frame: { display: "flex", flexDirection: "column", gap: tokens.spacingVerticalS } });

interface Props {
  readonly label: string;
  readonly value: Condition | null;
  readonly at: string;
  readonly readOnly: boolean;
  readonly onChange: (to: Condition | null) => void;
}

export function TreeField({ label, value, at, readOnly, onChange }: Props) {
  const t = useText();
  const styles = useStyles();
  return (
    <div className={styles.frame}>
      <Switch
        label={label}
        checked={value !== null}
        disabled={readOnly}
        onChange={(_, data) => {
          onChange(data.checked ? { type: "all", of: [] } : null);
        }}
      />
      {value === null ? null : (
        <Suspense fallback={<Spinner label={t("common.loading")} />}>
          <TreeEditor name={label} value={value} at={at} readOnly={readOnly} onChange={onChange} />
        </Suspense>
      )}
    </div>
  );
}
