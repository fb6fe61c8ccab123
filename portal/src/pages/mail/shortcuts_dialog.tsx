/** Which keys do what, and the switch that turns them off. */
import {
  Button,
  Dialog,
  DialogActions,
  DialogBody,
  DialogContent,
  DialogSurface,
  DialogTitle,
  Field,
  makeStyles,
  Switch,
  tokens,
} from "@fluentui/react-components";

import type { TextKey } from "../../text/catalogue";
import { useText } from "../../text/language";

const KEYS: readonly (readonly [key: string, text: TextKey])[] = [
  ["R", "mail.keys_release"],
  ["D", "mail.keys_discard"],
  ["1–9", "mail.keys_tick"],
  ["A", "mail.keys_approve"],
  ["N", "mail.keys_deny"],
  ["B", "mail.keys_body"],
  ["L", "mail.keys_list"],
  ["?", "mail.keys_help"],
];

const useStyles = makeStyles({
  table: { borderCollapse: "collapse", width: "100%", marginBottom: tokens.spacingVerticalL },
  cell: {
    textAlign: "start",
    padding: `${tokens.spacingVerticalXS} ${tokens.spacingHorizontalS}`,
    borderBottom: `1px solid ${tokens.colorNeutralStroke3}`,
  },
  key: {
    fontFamily: tokens.fontFamilyMonospace,
    padding: `0 ${tokens.spacingHorizontalSNudge}`,
    border: `1px solid ${tokens.colorNeutralStroke1}`,
    borderRadius: tokens.borderRadiusSmall,
    whiteSpace: "nowrap",
  },
});

interface Props {
  readonly open: boolean;
  readonly on: boolean;
  readonly onTurn: (on: boolean) => void;
  readonly onClose: () => void;
}

export default function ShortcutsDialog({ open, on, onTurn, onClose }: Props) {
  const t = useText();
  const styles = useStyles();
  return (
    <Dialog
      open={open}
      onOpenChange={(_, data) => {
        if (!data.open) onClose();
      }}
    >
      <DialogSurface>
        <DialogBody>
          <DialogTitle>{t("mail.keys")}</DialogTitle>
          <DialogContent>
            <table className={styles.table}>
              <thead>
                <tr>
                  <th scope="col" className={styles.cell}>
                    {t("mail.key")}
                  </th>
                  <th scope="col" className={styles.cell}>
                    {t("mail.key_does")}
                  </th>
                </tr>
              </thead>
              <tbody>
                {KEYS.map(([key, text]) => (
                  <tr key={key}>
                    <th scope="row" className={styles.cell}>
                      <kbd className={styles.key}>{key}</kbd>
                    </th>
                    <td className={styles.cell}>{t(text)}</td>
                  </tr>
                ))}
              </tbody>
            </table>
            <Field hint={t("mail.keys_on_hint")}>
              <Switch
                label={t("mail.keys_on")}
                checked={on}
                onChange={(_, data) => {
                  onTurn(data.checked);
                }}
              />
            </Field>
          </DialogContent>
          <DialogActions>
            <Button appearance="primary" onClick={onClose}>
              {t("common.close")}
            </Button>
          </DialogActions>
        </DialogBody>
      </DialogSurface>
    </Dialog>
  );
}
