/** The editor of a scope's settings: its parts as tabs, one draft for all of them, one button that saves. */
import { makeStyles, Spinner, Tab, TabList, tokens } from "@fluentui/react-components";
import { useQuery } from "@tanstack/react-query";
import { lazy, Suspense, useMemo, type ComponentType } from "react";
import { useSearchParams } from "react-router";

import { may, useApi, useMe } from "../../app/api_context";
import { PageFrame } from "../../components/page_frame";
import { ProblemView } from "../../components/problem_view";
import { useText } from "../../text/language";
import { EditorContext, type Editor, type Named } from "./draft/editor_context";
import { LeaveGuard } from "./draft/leave_guard";
import { loadNamesAbove } from "./draft/load";
import { SaveBar } from "./draft/save_bar";
import { SaveProblem } from "./draft/save_problem";
import { type Draft, useDraft } from "./draft/use_draft";
import { isTenant, type Part, type SettingsDocument } from "./model/types";
import { useGroups } from "./use_groups";

const StaleDialog = lazy(() => import("./draft/stale_dialog"));

const PARTS: Readonly<Record<Part, ComponentType>> = {
  general: lazy(() => import("./parts/general_part")),
  rules: lazy(() => import("./parts/rules_part")),
  policies: lazy(() => import("./parts/policies_part")),
  templates: lazy(() => import("./parts/templates_part")),
  lists: lazy(() => import("./parts/lists_part")),
  notices: lazy(() => import("./parts/notices_part")),
  routes: lazy(() => import("./parts/routes_part")),
  signing: lazy(() => import("./parts/signing_part")),
  retention: lazy(() => import("./parts/retention_part")),
  marks: lazy(() => import("./parts/marks_part")),
  access: lazy(() => import("./parts/access_part")),
  files: lazy(() => import("./parts/files_part")),
  history: lazy(() => import("./parts/history_part")),
};

const OF_TENANT: readonly Part[] = [
  "rules",
  "policies",
  "templates",
  "lists",
  "notices",
  "marks",
  "routes",
  "signing",
  "retention",
  "access",
  "general",
  "files",
  "history",
];
const OF_OTHERS: readonly Part[] = ["rules", "policies", "templates", "lists", "notices", "files", "history"];

const useStyles = makeStyles({
  // A row of tabs that is wider than a phone is moved sideways; the page itself never is.
  tabs: { overflowX: "auto", maxWidth: "100%", flexShrink: 0, paddingBottom: tokens.spacingVerticalXS },
  row: { flexWrap: "wrap", "@media (max-width: 48rem)": { flexWrap: "nowrap", width: "max-content" } },
  content: { display: "flex", flexDirection: "column", gap: tokens.spacingVerticalL, minWidth: 0, maxWidth: "72rem" },
});

interface Props {
  /** `tenant`, `group:ID` or `user:ADDRESS`. */
  readonly scope: string;
  readonly title: string;
}

export function SettingsEditor({ scope, title }: Props) {
  const t = useText();
  const draft = useDraft(scope);
  if (draft.document && draft.base) {
    return <Open scope={scope} title={title} draft={draft} document={draft.document} base={draft.base} />;
  }
  return (
    <PageFrame title={title}>
      {draft.loadError ? <ProblemView error={draft.loadError} onRetry={draft.reload} /> : <Spinner label={t("common.loading")} />}
    </PageFrame>
  );
}

interface OpenProps extends Props {
  readonly draft: Draft;
  readonly document: SettingsDocument;
  readonly base: SettingsDocument;
}

function Open({ scope, title, draft, document, base }: OpenProps) {
  const t = useText();
  const styles = useStyles();
  const me = useMe();
  const [parameters, setParameters] = useSearchParams();
  const parts = isTenant(document) ? OF_TENANT : OF_OTHERS;
  const part = parts.find((one) => one === parameters.get("part")) ?? "rules";
  const names = useNames(scope, document);
  const own = scope === `user:${me.address}`;
  const editor = useMemo<Editor>(
    () => ({
      scope,
      document,
      base,
      version: base.version,
      readOnly: !own && !may(me, "write-settings"),
      names,
      problems: draft.problems,
      change: draft.change,
    }),
    [scope, document, base, own, me, names, draft.problems, draft.change],
  );
  const Shown = PARTS[part];
  return (
    <EditorContext value={editor}>
      <PageFrame title={title}>
        <div className={styles.tabs}>
          <TabList
            className={styles.row}
            aria-label={title}
            selectedValue={part}
            onTabSelect={(_, data) => {
              setParameters(scope === "tenant" || own ? { part: String(data.value) } : { scope, part: String(data.value) });
            }}
          >
            {parts.map((one) => (
              <Tab key={one} value={one}>
                {t(`settings.part.${one}`)}
              </Tab>
            ))}
          </TabList>
        </div>
        <SaveProblem error={draft.saveError} problems={draft.problems} />
        <div className={styles.content}>
          <Suspense fallback={<Spinner label={t("common.loading")} />}>
            <Shown />
          </Suspense>
        </div>
        <SaveBar draft={draft} />
        <LeaveGuard dirty={draft.dirty} />
      </PageFrame>
      {draft.stale ? (
        <Suspense>
          <StaleDialog
            scope={scope}
            mine={document}
            from={base.version}
            theirs={draft.stale.current}
            saving={draft.saving}
            onTheirs={draft.takeTheirs}
            onMine={() => {
              draft.keepMine("");
            }}
            onClose={draft.closeStale}
          />
        </Suspense>
      ) : null}
    </EditorContext>
  );
}

const NONE: readonly Named[] = [];

/** Names of the draft itself, and of the levels above it. */
function useNames(scope: string, document: SettingsDocument): Editor["names"] {
  const api = useApi();
  const groups = useGroups();
  const above = useQuery({
    queryKey: ["settings", scope, "names"],
    enabled: !isTenant(document),
    queryFn: ({ signal }) => loadNamesAbove(api, scope, signal),
  });
  const { lists: listsAbove = NONE, templates: templatesAbove = NONE } = above.data ?? {};
  return useMemo(
    () => ({
      lists: together(document.lists ?? [], listsAbove),
      templates: together(document.templates ?? [], templatesAbove),
      routes: isTenant(document) ? document.routes.filter((route) => route.name).map(({ name }) => ({ id: name, name })) : [],
      groups,
    }),
    [document, groups, listsAbove, templatesAbove],
  );
}

function together(own: readonly Named[], above: readonly Named[]): readonly Named[] {
  return [...own, ...above.filter((one) => !own.some((other) => other.id === one.id))];
}
