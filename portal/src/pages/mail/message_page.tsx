/** One message: everything about it, and whatever the reader may do with it now. */
import { Button, Spinner } from "@fluentui/react-components";
import { ArrowClockwiseRegular, ArrowLeftRegular } from "@fluentui/react-icons";
import { useNavigate, useParams } from "react-router";

import { PageFrame } from "../../components/page_frame";
import { ProblemView } from "../../components/problem_view";
import { useText } from "../../text/language";
import { MessageSheet } from "./message_sheet";
import { useMessage } from "./message_queries";

export default function MessagePage() {
  const t = useText();
  const navigate = useNavigate();
  const { id = "" } = useParams();
  const message = useMessage(id);
  const subject = message.data ? message.data.sheet.subject || t("mail.subject_blank") : t("mail.message_title");
  return (
    <PageFrame
      title={subject}
      actions={
        <>
          <Button appearance="subtle" icon={<ArrowLeftRegular />} onClick={() => void navigate(-1)}>
            {t("common.back")}
          </Button>
          <Button icon={<ArrowClockwiseRegular />} onClick={() => void message.refetch()}>
            {t("common.refresh")}
          </Button>
        </>
      }
    >
      {message.isPending ? <Spinner label={t("common.loading")} /> : null}
      {message.error ? <ProblemView error={message.error} onRetry={() => void message.refetch()} /> : null}
      {message.data ? <MessageSheet key={message.data.queue_id} view={message.data} /> : null}
    </PageFrame>
  );
}
