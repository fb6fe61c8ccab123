/** Tries the draft on a message that is uploaded; for the organisation's settings also on recent traffic, in a window of its own. */
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
  Text,
  tokens,
} from "@fluentui/react-components";
import { OpenRegular } from "@fluentui/react-icons";
import { useMutation } from "@tanstack/react-query";
import { useState } from "react";

import { bodyOf } from "../../../api/client";
import type { components } from "../../../api/schema.gen";
import { useApi } from "../../../app/api_context";
import { FileDrop } from "../../../components/file_drop";
import { ProblemView } from "../../../components/problem_view";
import { useText } from "../../../text/language";
import { base64Of } from "../../dry_run/base64";
import { keepDraft } from "../../dry_run/kept_draft";
import { TryResultView } from "../../dry_run/try_result";
import { isTenant, type SettingsDocument } from "../model/types";

type TryResult = components["schemas"]["TryResult"];

const useStyles = makeStyles({
  surface: { maxWidth: "min(60rem, 100vw)" },
  content: { display: "flex", flexDirection: "column", gap: tokens.spacingVerticalM },
});

interface Props {
  readonly draft: SettingsDocument;
  readonly onClose: () => void;
}

export default function TryDialog({ draft, onClose }: Props) {
  const t = useText();
  const api = useApi();
  const styles = useStyles();
  const [name, setName] = useState("");
  const trying = useMutation({
    mutationFn: async (file: File): Promise<TryResult> => {
      const message = await base64Of(file);
      const [tenant, scope] = isTenant(draft) ? [draft, null] : [null, draft];
      const body = { message, sender: null, recipients: null, draft: tenant, scope_draft: scope, at: null };
      const result = bodyOf(await api.POST("/api/v1/try", { body }));
      // What openapi-fetch answers has lists in place of tuples.
      return result as TryResult;
    },
  });
  return (
    <Dialog
      open
      onOpenChange={(_, data) => {
        if (!data.open) onClose();
      }}
    >
      <DialogSurface className={styles.surface}>
        <DialogBody>
          <DialogTitle>{t("settings.try")}</DialogTitle>
          <DialogContent className={styles.content}>
            <Text>{t("settings.try_lead")}</Text>
            <FileDrop
              label={t("settings.try_file")}
              accept=".eml,message/rfc822"
              chosen={name}
              disabled={trying.isPending}
              onFile={(file) => {
                setName(file.name);
                trying.mutate(file);
              }}
            />
            {trying.isPending ? <Spinner label={t("common.loading")} /> : null}
            {trying.error ? <ProblemView error={trying.error} /> : null}
            {trying.data ? <TryResultView result={trying.data} /> : null}
          </DialogContent>
          <DialogActions fluid>
            {isTenant(draft) ? (
              <Button
                icon={<OpenRegular />}
                onClick={() => {
                  keepDraft({ name: t("settings.try_name"), document: draft });
                  // The new window begins with a copy of this one's session storage, where the draft is.
                  window.open("/dry-run?tab=replay&draft=kept");
                }}
              >
                {t("settings.try_traffic")}
              </Button>
            ) : null}
            <Button appearance="primary" onClick={onClose}>
              {t("common.close")}
            </Button>
          </DialogActions>
        </DialogBody>
      </DialogSurface>
    </Dialog>
  );
}
