/** Somebody else saved first: both versions side by side, and a choice; nothing is lost by closing. */
import {
  Button,
  Dialog,
  DialogActions,
  DialogBody,
  DialogContent,
  DialogSurface,
  DialogTitle,
  makeStyles,
  Spinner,
  Tab,
  TabList,
  Text,
  tokens,
} from "@fluentui/react-components";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";

import { useApi } from "../../../app/api_context";
import { ProblemView } from "../../../components/problem_view";
import { useText } from "../../../text/language";
import type { SettingsDocument } from "../model/types";
import { Differences } from "./differences";
import { checkSettings, compareVersions } from "./load";

const useStyles = makeStyles({
  surface: { maxWidth: "min(60rem, 100vw)" },
  content: { display: "flex", flexDirection: "column", gap: tokens.spacingVerticalM },
});

interface Props {
  readonly scope: string;
  readonly mine: SettingsDocument;
  /** The version that the draft was made from. */
  readonly from: number;
  readonly theirs: SettingsDocument;
  readonly saving: boolean;
  readonly onTheirs: () => void;
  readonly onMine: () => void;
  readonly onClose: () => void;
}

export default function StaleDialog({ scope, mine, from, theirs, saving, onTheirs, onMine, onClose }: Props) {
  const t = useText();
  const api = useApi();
  const styles = useStyles();
  const [shown, setShown] = useState<"mine" | "theirs">("theirs");
  const present = theirs.version;
  const meanwhile = useQuery({
    queryKey: ["settings", scope, "comparison", from, present],
    queryFn: ({ signal }) => compareVersions(api, scope, from, present, signal),
  });
  const overwriting = useQuery({
    queryKey: ["settings", scope, "overwriting", present, mine],
    queryFn: () => checkSettings(api, scope, mine),
  });
  const query = shown === "mine" ? overwriting : meanwhile;
  return (
    <Dialog
      open
      modalType="alert"
      onOpenChange={(_, data) => {
        if (!data.open) onClose();
      }}
    >
      <DialogSurface className={styles.surface}>
        <DialogBody>
          <DialogTitle>{t("common.stale_title")}</DialogTitle>
          <DialogContent className={styles.content}>
            <Text>{t("common.stale_text")}</Text>
            <TabList
              selectedValue={shown}
              onTabSelect={(_, data) => {
                setShown(data.value === "mine" ? "mine" : "theirs");
              }}
            >
              <Tab value="theirs">{t("settings.stale.meanwhile", { from, to: present })}</Tab>
              <Tab value="mine">{t("settings.stale.mine")}</Tab>
            </TabList>
            {query.isPending ? <Spinner label={t("common.loading")} /> : null}
            {query.error ? <ProblemView error={query.error} onRetry={() => void query.refetch()} /> : null}
            {query.data ? <Differences differences={query.data} name={t("settings.difference.title")} /> : null}
          </DialogContent>
          <DialogActions fluid>
            <Button onClick={onClose} disabled={saving}>
              {t("settings.stale.later")}
            </Button>
            <Button onClick={onTheirs} disabled={saving}>
              {t("common.stale_take_theirs")}
            </Button>
            <Button appearance="primary" onClick={onMine} disabled={saving}>
              {t("common.stale_keep_mine")}
            </Button>
          </DialogActions>
        </DialogBody>
      </DialogSurface>
    </Dialog>
  );
}
