/** The DNS records to set, for copying; asked for when somebody wants them, as DNS is asked then. */
import { Button, makeStyles, Spinner, Text, tokens } from "@fluentui/react-components";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";

import { bodyOf } from "../../api/client";
import { useApi } from "../../app/api_context";
import { ProblemView } from "../../components/problem_view";
import { useText } from "../../text/language";
import { CopyButton } from "./copy_button";

const useStyles = makeStyles({
  list: { display: "flex", flexDirection: "column", gap: tokens.spacingVerticalM, margin: "0", padding: "0", listStyleType: "none" },
  one: { display: "flex", flexDirection: "column", gap: tokens.spacingVerticalXS, minWidth: 0 },
  row: { display: "flex", flexWrap: "wrap", alignItems: "center", gap: tokens.spacingHorizontalS },
  code: { overflowWrap: "anywhere", fontFamily: tokens.fontFamilyMonospace, fontSize: tokens.fontSizeBase200 },
});

export function Records({ purposes }: { readonly purposes: readonly string[] }) {
  const t = useText();
  const api = useApi();
  const styles = useStyles();
  const [wanted, setWanted] = useState(false);
  const records = useQuery({
    queryKey: ["onboarding-records"],
    queryFn: async ({ signal }) => bodyOf(await api.GET("/api/v1/onboarding/dns-records", { signal })).records,
    enabled: wanted,
  });
  if (!wanted) {
    return (
      <div>
        <Button
          onClick={() => {
            setWanted(true);
          }}
        >
          {t("onboarding.records_show")}
        </Button>
      </div>
    );
  }
  if (records.isPending) return <Spinner size="tiny" label={t("common.loading")} />;
  if (records.error) return <ProblemView error={records.error} onRetry={() => void records.refetch()} />;
  return (
    <ul className={styles.list} aria-label={t("onboarding.records")}>
      {records.data
        .filter((record) => purposes.includes(record.purpose))
        .map((record) => (
          <li key={`${record.name} ${record.purpose}`} className={styles.one}>
            <Text weight="semibold">
              {t(`onboarding.purpose.${record.purpose}`)} ({record.kind})
            </Text>
            <div className={styles.row}>
              <Text size={200}>{t("onboarding.record_name")}</Text>
              <code className={styles.code}>{record.name}</code>
              <CopyButton value={record.name} what={`${t("onboarding.record_name")} ${record.name}`} />
            </div>
            <div className={styles.row}>
              <Text size={200}>{t("onboarding.record_value")}</Text>
              <code className={styles.code}>{record.value}</code>
              <CopyButton value={record.value} what={`${t("onboarding.record_value")} ${record.name}`} />
            </div>
            {record.strings.length > 1 ? (
              <div className={styles.row}>
                <Text size={200}>{t("onboarding.record_strings")}</Text>
                <code className={styles.code}>{record.strings.map((text) => `"${text}"`).join(" ")}</code>
              </div>
            ) : null}
          </li>
        ))}
    </ul>
  );
}
