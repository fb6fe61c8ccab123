/** The session has ended in the middle of work: sign on again without losing what stands on the page. */
import { ConfirmDialog } from "../components/confirm_dialog";
import { useText } from "../text/language";

interface Props {
  readonly open: boolean;
  readonly onConfirm: () => void;
  readonly onCancel: () => void;
}

export default function EndedDialog({ open, onConfirm, onCancel }: Props) {
  const t = useText();
  return (
    <ConfirmDialog
      open={open}
      title={t("access.ended_title")}
      action={t("access.sign_on_again")}
      onCancel={onCancel}
      onConfirm={onConfirm}
    >
      {t("access.ended_text")}
    </ConfirmDialog>
  );
}
