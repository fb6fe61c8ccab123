/** Tries a server as it stands in the form, saved or not: each step of the connection with what came of it. */
import { Button, makeStyles, Spinner, Text, tokens } from "@fluentui/react-components";
import { CheckmarkCircleRegular, DismissCircleRegular, PlugConnectedRegular } from "@fluentui/react-icons";
import { useMutation } from "@tanstack/react-query";

import { bodyOf } from "../../../api/client";
import { useApi } from "../../../app/api_context";
import { ProblemView } from "../../../components/problem_view";
import { useText } from "../../../text/language";
import type { NextHopServer } from "../model/types";

const useStyles = makeStyles({
  frame: { display: "flex", flexDirection: "column", gap: tokens.spacingVerticalS, alignItems: "start" },
  steps: { margin: 0, padding: 0, listStyleType: "none" },
  step: { display: "flex", gap: tokens.spacingHorizontalS, alignItems: "start", overflowWrap: "anywhere" },
  good: { color: tokens.colorPaletteGreenForeground1, flexShrink: 0 },
  bad: { color: tokens.colorPaletteRedForeground1, flexShrink: 0 },
});

export function HopTest({ server }: { readonly server: NextHopServer }) {
  const t = useText();
  const api = useApi();
  const styles = useStyles();
  const testing = useMutation({
    mutationFn: async (body: NextHopServer) => bodyOf(await api.POST("/api/v1/next-hops/test", { body })),
  });
  return (
    <div className={styles.frame}>
      <Button
        icon={testing.isPending ? <Spinner size="tiny" /> : <PlugConnectedRegular />}
        disabled={testing.isPending || server.host === ""}
        onClick={() => {
          testing.mutate(server);
        }}
      >
        {t("settings.server.test")}
      </Button>
      <div role="status">
        {testing.data ? (
          <>
            <Text weight="semibold">{t(testing.data.ok ? "settings.server.works" : "settings.server.fails")}</Text>
            <ol className={styles.steps}>
              {testing.data.steps.map((step, index) => (
                <li key={`${index.toString()} ${step.step}`} className={styles.step}>
                  {step.ok ? (
                    <CheckmarkCircleRegular className={styles.good} aria-label={t("settings.server.step_ok")} />
                  ) : (
                    <DismissCircleRegular className={styles.bad} aria-label={t("settings.server.step_failed")} />
                  )}
                  <Text>
                    {t(`settings.hop.${step.step}`)}
                    {step.text ? `: ${step.text}` : ""}
                  </Text>
                </li>
              ))}
            </ol>
          </>
        ) : null}
      </div>
      {testing.error ? <ProblemView error={testing.error} /> : null}
    </div>
  );
}
