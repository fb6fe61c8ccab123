/** The second question before a tenant is suspended or let go on, with room for why. */
import { Body1, Field, Input, makeStyles, tokens } from "@fluentui/react-components";
import { useState } from "react";

import { ConfirmDialog } from "../../components/confirm_dialog";
import { useText } from "../../text/language";

const useStyles = makeStyles({ content: { display: "flex", flexDirection: "column", gap: tokens.spacingVerticalM } });

interface Props {
  readonly open: boolean;
  readonly name: string;
  /** How it stands now. */
  readonly suspended: boolean;
  readonly onConfirm: (comment: string) => void;
  readonly onCancel: () => void;
}

export function SuspendDialog({ open, name, suspended, onConfirm, onCancel }: Props) {
  const t = useText();
  const styles = useStyles();
  const [comment, setComment] = useState("");
  return (
    <ConfirmDialog
      open={open}
      title={t(suspended ? "operator.resume_title" : "operator.suspend_title", { name })}
      action={t(suspended ? "operator.resume" : "operator.suspend")}
      onCancel={onCancel}
      onConfirm={() => {
        onConfirm(comment.trim());
      }}
    >
      <div className={styles.content}>
        <Body1>{t(suspended ? "operator.resume_text" : "operator.suspend_text")}</Body1>
        <Field label={t("operator.comment")}>
          <Input
            value={comment}
            maxLength={500}
            onChange={(_, data) => {
              setComment(data.value);
            }}
          />
        </Field>
      </div>
    </ConfirmDialog>
  );
}
