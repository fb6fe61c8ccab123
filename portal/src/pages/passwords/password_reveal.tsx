/** One password, shown when it is asked for (which is recorded), to read or to copy; it is kept nowhere else. */
import { Button, makeStyles, Text, tokens } from "@fluentui/react-components";
import { CopyRegular, EyeOffRegular, EyeRegular } from "@fluentui/react-icons";
import { useMutation } from "@tanstack/react-query";
import { useState } from "react";

import { bodyOf } from "../../api/client";
import { useApi } from "../../app/api_context";
import { ProblemView } from "../../components/problem_view";
import { useText } from "../../text/language";

const useStyles = makeStyles({
  row: { display: "flex", flexWrap: "wrap", alignItems: "center", gap: tokens.spacingHorizontalS },
  password: {
    fontFamily: tokens.fontFamilyMonospace,
    fontSize: tokens.fontSizeBase400,
    padding: `${tokens.spacingVerticalXS} ${tokens.spacingHorizontalM}`,
    borderRadius: tokens.borderRadiusMedium,
    backgroundColor: tokens.colorNeutralBackground3,
    overflowWrap: "anywhere",
    userSelect: "all",
  },
  soft: { color: tokens.colorNeutralForeground2 },
});

interface Props {
  readonly id: string;
  readonly variant: string;
}

export function PasswordReveal({ id, variant }: Props) {
  const t = useText();
  const api = useApi();
  const styles = useStyles();
  const [copied, setCopied] = useState<"copied" | "copy_failed" | null>(null);
  const reveal = useMutation({
    mutationFn: async () =>
      bodyOf(
        await api.POST("/api/v1/passwords/{queue_id}/reveal", { params: { path: { queue_id: id } }, body: { variant } }),
      ).password,
    gcTime: 0,
  });
  const password = reveal.data;
  if (password === undefined) {
    return (
      <>
        <div className={styles.row}>
          <Button
            icon={<EyeRegular />}
            disabled={reveal.isPending}
            onClick={() => {
              reveal.mutate();
            }}
          >
            {t("passwords.show")}
          </Button>
          <Text size={200} className={styles.soft}>
            {t("passwords.recorded")}
          </Text>
        </div>
        {reveal.error ? <ProblemView error={reveal.error} /> : null}
      </>
    );
  }
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(password);
      setCopied("copied");
    } catch {
      setCopied("copy_failed");
    }
  };
  return (
    <div className={styles.row}>
      <Text>{t("passwords.password")}</Text>
      <code className={styles.password}>{password}</code>
      <Button icon={<CopyRegular />} onClick={() => void copy()}>
        {t("passwords.copy")}
      </Button>
      <Button
        appearance="subtle"
        icon={<EyeOffRegular />}
        onClick={() => {
          reveal.reset();
          setCopied(null);
        }}
      >
        {t("passwords.hide")}
      </Button>
      <Text role="status" size={200}>
        {copied ? t(`passwords.${copied}`) : null}
      </Text>
    </div>
  );
}
