/** What becomes of the draft: save it with a comment, try it, or throw it away. It stays in sight while there is one. */
import { Button, Input, makeStyles, MessageBar, MessageBarBody, Spinner, Text, tokens } from "@fluentui/react-components";
import { BeakerRegular, SaveRegular } from "@fluentui/react-icons";
import { lazy, Suspense, useState } from "react";

import { ConfirmDialog } from "../../../components/confirm_dialog";
import { useText } from "../../../text/language";
import type { Draft } from "./use_draft";

const TryDialog = lazy(() => import("./try_dialog"));

const useStyles = makeStyles({
  bar: {
    position: "sticky",
    bottom: 0,
    zIndex: 3,
    display: "flex",
    flexWrap: "wrap",
    alignItems: "center",
    gap: tokens.spacingHorizontalS,
    marginTop: "auto",
    padding: tokens.spacingHorizontalM,
    border: `1px solid ${tokens.colorNeutralStroke1}`,
    borderRadius: tokens.borderRadiusLarge,
    backgroundColor: tokens.colorNeutralBackground1,
    boxShadow: tokens.shadow8,
  },
  text: { flexGrow: 1 },
  comment: { flexGrow: 1, minWidth: "10rem", maxWidth: "24rem" },
});

export function SaveBar({ draft }: { readonly draft: Draft }) {
  const t = useText();
  const styles = useStyles();
  const [comment, setComment] = useState("");
  const [asking, setAsking] = useState(false);
  const [trying, setTrying] = useState(false);
  if (!draft.dirty) {
    return draft.savedAs > 0 ? (
      <MessageBar intent="success" role="status">
        <MessageBarBody>{t("settings.saved_as", { version: draft.savedAs })}</MessageBarBody>
      </MessageBar>
    ) : null;
  }
  return (
    <div className={styles.bar} role="region" aria-label={t("settings.unsaved")}>
      <Text weight="semibold" className={styles.text}>
        {t("settings.unsaved")}
      </Text>
      <Input
        className={styles.comment}
        aria-label={t("settings.comment")}
        placeholder={t("settings.comment")}
        maxLength={500}
        value={comment}
        onChange={(_, data) => {
          setComment(data.value);
        }}
      />
      <Button
        icon={<BeakerRegular />}
        onClick={() => {
          setTrying(true);
        }}
      >
        {t("settings.try")}
      </Button>
      <Button
        disabled={draft.saving}
        onClick={() => {
          setAsking(true);
        }}
      >
        {t("settings.discard")}
      </Button>
      <Button
        appearance="primary"
        icon={draft.saving ? <Spinner size="tiny" /> : <SaveRegular />}
        disabled={draft.saving}
        onClick={() => {
          draft.save(comment);
        }}
      >
        {t("common.save")}
      </Button>
      <ConfirmDialog
        open={asking}
        title={t("settings.discard_title")}
        action={t("settings.discard")}
        onCancel={() => {
          setAsking(false);
        }}
        onConfirm={() => {
          setAsking(false);
          draft.discard();
        }}
      >
        {t("settings.discard_text")}
      </ConfirmDialog>
      {trying && draft.document ? (
        <Suspense>
          <TryDialog
            draft={draft.document}
            onClose={() => {
              setTrying(false);
            }}
          />
        </Suspense>
      ) : null}
    </div>
  );
}
