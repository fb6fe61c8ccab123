/** Certificates in PEM form: pasted, or read from a file. */
import { makeStyles, Textarea, tokens } from "@fluentui/react-components";

import { FileDrop } from "../../../components/file_drop";
import { useText } from "../../../text/language";
import type { ControlProps } from "./control";
import { ControlGroup } from "./group";

const useStyles = makeStyles({
  frame: { display: "flex", flexDirection: "column", gap: tokens.spacingVerticalS, minWidth: 0 },
  text: { "& textarea": { fontFamily: tokens.fontFamilyMonospace, fontSize: tokens.fontSizeBase200 } },
});

export function CertificatesControl({ props, label, value, readOnly, onChange }: ControlProps<string>) {
  const t = useText();
  const styles = useStyles();
  return (
    <ControlGroup props={props} className={styles.frame}>
      <Textarea
        className={styles.text}
        aria-label={label}
        value={value}
        readOnly={readOnly}
        rows={4}
        resize="vertical"
        spellCheck={false}
        onChange={(_, data) => {
          onChange(data.value);
        }}
      />
      {readOnly ? null : (
        <FileDrop
          label={t("settings.server.ca_file")}
          accept=".pem,.crt,.cer"
          chosen=""
          onFile={(file) => {
            void file.text().then(onChange);
          }}
        />
      )}
    </ControlGroup>
  );
}
