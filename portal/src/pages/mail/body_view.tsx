/** The text of a message: as safe plain text, or with its own formatting in a frame that can do nothing. */
import { Button, makeStyles, MessageBar, MessageBarActions, MessageBarBody, Spinner, Text, ToggleButton, tokens } from "@fluentui/react-components";
import { useQuery } from "@tanstack/react-query";
import { useMemo, useState } from "react";

import { bodyOf } from "../../api/client";
import { useApi } from "../../app/api_context";
import { Moment } from "../../components/moment";
import { ProblemView } from "../../components/problem_view";
import { useText } from "../../text/language";
import { bodyDocument, hasRemotePictures, SANDBOX } from "./body_document";

const useStyles = makeStyles({
  frame: {
    width: "100%",
    height: "26rem",
    boxSizing: "border-box",
    resize: "vertical",
    border: `1px solid ${tokens.colorNeutralStroke2}`,
    borderRadius: tokens.borderRadiusMedium,
    // Mail is written for white paper, whatever the page around it looks like.
    backgroundColor: "#ffffff",
  },
  plain: {
    margin: "0",
    fontFamily: tokens.fontFamilyBase,
    whiteSpace: "pre-wrap",
    overflowWrap: "anywhere",
    lineHeight: tokens.lineHeightBase400,
    maxHeight: "26rem",
    overflowY: "auto",
  },
  views: { display: "flex", flexWrap: "wrap", gap: tokens.spacingHorizontalXS },
  soft: { color: tokens.colorNeutralForeground2 },
});

interface Props {
  readonly id: string;
  /** Asked for by a button first, where looking is not the reader's own business. */
  readonly ask: boolean;
}

export function BodyView({ id, ask }: Props) {
  const t = useText();
  const api = useApi();
  const styles = useStyles();
  const [wanted, setWanted] = useState(!ask);
  const body = useQuery({
    queryKey: ["body", id],
    queryFn: async ({ signal }) =>
      bodyOf(await api.GET("/api/v1/messages/{queue_id}/body", { params: { path: { queue_id: id } }, signal })),
    enabled: wanted,
    // Every look is recorded; one visit is one look.
    staleTime: Infinity,
  });
  if (!wanted) {
    return (
      <div>
        <Button
          onClick={() => {
            setWanted(true);
          }}
        >
          {t("mail.body_show")}
        </Button>{" "}
        <Text size={200} className={styles.soft}>
          {t("mail.body_recorded")}
        </Text>
      </div>
    );
  }
  if (body.isPending) return <Spinner size="small" label={t("common.loading")} />;
  if (body.error) return <ProblemView error={body.error} onRetry={() => void body.refetch()} />;
  const { text, html, cut, available, deleted_at: deletedAt } = body.data;
  if (deletedAt) {
    return (
      <Text>
        {t("mail.body_deleted")} <Moment at={deletedAt} />
      </Text>
    );
  }
  if (!available && !html) return <Text>{t("mail.body_unavailable")}</Text>;
  if (!text.trim() && !html) return <Text>{t("mail.body_empty")}</Text>;
  return (
    <>
      {cut ? <Text size={200}>{t("mail.body_cut")}</Text> : null}
      {html ? <FormattedOrPlain html={html} text={text} /> : <PlainText text={text} />}
    </>
  );
}

function FormattedOrPlain({ html, text }: { readonly html: string; readonly text: string }) {
  const t = useText();
  const styles = useStyles();
  const [plain, setPlain] = useState(false);
  const [pictures, setPictures] = useState(false);
  const shown = useMemo(() => bodyDocument(html, pictures), [html, pictures]);
  const blocked = !plain && !pictures && hasRemotePictures(html);
  return (
    <>
      <div className={styles.views} role="group" aria-label={t("mail.body_view")}>
        {([false, true] as const).map((asPlain) => (
          <ToggleButton
            key={String(asPlain)}
            size="small"
            checked={plain === asPlain}
            onClick={() => {
              setPlain(asPlain);
            }}
          >
            {t(asPlain ? "mail.body_plain" : "mail.body_formatted")}
          </ToggleButton>
        ))}
      </div>
      {blocked ? (
        <MessageBar layout="multiline">
          <MessageBarBody>{t("mail.pictures_blocked")}</MessageBarBody>
          <MessageBarActions>
            <Button
              size="small"
              onClick={() => {
                setPictures(true);
              }}
            >
              {t("mail.pictures_show")}
            </Button>
          </MessageBarActions>
        </MessageBar>
      ) : null}
      {plain ? (
        <PlainText text={text} />
      ) : (
        <>
          <iframe
            // A frame reads its policy once: other pictures are another frame.
            key={String(pictures)}
            className={styles.frame}
            title={t("mail.body_frame")}
            sandbox={SANDBOX}
            referrerPolicy="no-referrer"
            srcDoc={shown}
          />
          <Text size={200} className={styles.soft}>
            {t("mail.links_note")}
          </Text>
        </>
      )}
    </>
  );
}

function PlainText({ text }: { readonly text: string }) {
  const t = useText();
  const styles = useStyles();
  return (
    // A scrolling region must be reachable by keyboard (WCAG 2.1.1).
    // eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex
    <div className={styles.plain} role="region" aria-label={t("mail.body_frame")} tabIndex={0}>
      {text}
    </div>
  );
}
