/** Dry run: what settings would do with one message or with recent traffic, without acting. */
import { Body1, makeStyles, Tab, TabList, tokens } from "@fluentui/react-components";

import { useFilters } from "../../components/filters";
import { PageFrame } from "../../components/page_frame";
import { useText } from "../../text/language";
import { DraftChoice } from "./draft_choice";
import { ReplayTab } from "./replay_tab";
import { TryTab } from "./try_tab";
import { useDraft } from "./use_draft";

const FILTERS = ["tab", "draft"] as const;

const useStyles = makeStyles({
  frame: { display: "flex", flexDirection: "column", gap: tokens.spacingVerticalL, maxWidth: "72rem" },
  off: { display: "none" },
});

export default function DryRunPage() {
  const t = useText();
  const styles = useStyles();
  const filters = useFilters(FILTERS);
  const draft = useDraft(filters.values.draft, (source) => {
    filters.set({ draft: source });
  });
  const tab = filters.values.tab === "replay" ? "replay" : "message";
  return (
    <PageFrame title={t("dryRun.title")}>
      <div className={styles.frame}>
        <Body1>{t("dryRun.lead")}</Body1>
        <TabList
          aria-label={t("dryRun.tabs")}
          selectedValue={tab}
          onTabSelect={(_, data) => {
            filters.set({ tab: data.value === "replay" ? "replay" : "" });
          }}
        >
          <Tab value="message">{t("dryRun.tab_message")}</Tab>
          <Tab value="replay">{t("dryRun.tab_replay")}</Tab>
        </TabList>
        <DraftChoice draft={draft} />
        {/* Both stay, so that a result is still there after a look at the other. */}
        <div className={tab === "message" ? undefined : styles.off}>
          <TryTab draft={draft} />
        </div>
        <div className={tab === "replay" ? undefined : styles.off}>
          <ReplayTab draft={draft} />
        </div>
      </div>
    </PageFrame>
  );
}
