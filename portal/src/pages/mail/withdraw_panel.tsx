/** Where a sender takes back their request for approval; the message is discarded then. */
import { Button, Text } from "@fluentui/react-components";
import { ArrowUndoRegular } from "@fluentui/react-icons";

import { ProblemView } from "../../components/problem_view";
import { Section } from "../../components/section";
import { useText } from "../../text/language";
import type { Withdrawing } from "./withdrawing";

export function WithdrawPanel({ withdrawing }: { readonly withdrawing: Withdrawing }) {
  const t = useText();
  return (
    <Section title={t("mail.withdraw")} id="decide">
      <Text>{t("approvals.asked_lead")}</Text>
      <Text size={200}>{t("mail.withdraw_hint")}</Text>
      {withdrawing.error ? <ProblemView error={withdrawing.error} /> : null}
      <div>
        <Button
          icon={<ArrowUndoRegular />}
          disabled={withdrawing.busy}
          onClick={() => {
            withdrawing.onAsk(true);
          }}
        >
          {t("mail.withdraw")}
        </Button>
      </div>
    </Section>
  );
}
