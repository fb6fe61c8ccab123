/** Attachments with sizes and footnote marks; to download, and to leave out of a release. */
import { Badge, Button, Checkbox, makeStyles, Text, tokens } from "@fluentui/react-components";
import { ArrowDownloadRegular, DocumentRegular } from "@fluentui/react-icons";
import { useMutation } from "@tanstack/react-query";

import type { components } from "../../api/schema.gen";
import { useApi } from "../../app/api_context";
import { sizeText } from "../../components/bytes";
import { ProblemView } from "../../components/problem_view";
import { saveBlob } from "../../components/save_file";
import { useLanguage, useText } from "../../text/language";
import type { Choosing } from "./left_out";
import { Marks } from "./marks";

type Attachment = components["schemas"]["ShownAttachment"];

const useStyles = makeStyles({
  list: { listStyleType: "none", margin: "0", padding: "0" },
  item: {
    display: "flex",
    flexWrap: "wrap",
    alignItems: "center",
    gap: tokens.spacingHorizontalS,
    minHeight: "2.25rem",
    overflowWrap: "anywhere",
  },
  name: { display: "flex", alignItems: "center", gap: tokens.spacingHorizontalXS, minWidth: 0 },
  icon: { flexShrink: 0 },
  out: { textDecorationLine: "line-through", color: tokens.colorNeutralForeground2 },
  soft: { color: tokens.colorNeutralForeground2, fontSize: tokens.fontSizeBase200 },
  tick: { marginInlineStart: "-0.5rem" },
});

interface Props {
  readonly id: string;
  readonly files: readonly Attachment[];
  readonly omitted: number;
  readonly mayLoad: boolean;
  readonly choosing: Choosing | null;
}

export function AttachmentsList({ id, files, omitted, mayLoad, choosing }: Props) {
  const t = useText();
  const api = useApi();
  const styles = useStyles();
  const load = useMutation({
    mutationFn: async (file: Attachment) => {
      const { data } = await api.GET("/api/v1/messages/{queue_id}/attachments/{part}", {
        params: { path: { queue_id: id, part: file.part } },
        parseAs: "blob",
      });
      // Plain bytes, whatever it says it is, so that no browser opens it in this page's name.
      const plain = new Blob([data ?? ""], { type: "application/octet-stream" });
      saveBlob(plain, file.name || t("mail.attachment_unnamed"));
    },
  });
  if (files.length === 0 && omitted === 0) return <Text>{t("mail.no_attachments")}</Text>;
  return (
    <>
      <ul className={styles.list}>
        {files.map((file) => (
          <AttachmentLine
            key={file.part}
            file={file}
            choosing={choosing}
            busy={load.isPending}
            onLoad={
              mayLoad
                ? () => {
                    load.mutate(file);
                  }
                : null
            }
          />
        ))}
      </ul>
      {omitted > 0 ? <Text size={200}>{t("mail.attachments_omitted", { count: omitted })}</Text> : null}
      {load.error ? <ProblemView error={load.error} /> : null}
    </>
  );
}

interface LineProps {
  readonly file: Attachment;
  readonly choosing: Choosing | null;
  readonly busy: boolean;
  readonly onLoad: (() => void) | null;
}

function AttachmentLine({ file, choosing, busy, onLoad }: LineProps) {
  const t = useText();
  const styles = useStyles();
  const { language } = useLanguage();
  const name = file.name || t("mail.attachment_unnamed");
  const out = file.dropped || choosing?.leftOut.files.has(file.part);
  return (
    <li className={styles.item}>
      <span className={styles.name}>
        {choosing?.mayLeaveOutFiles ? (
          <Checkbox
            className={styles.tick}
            aria-label={t("mail.choose_file", { name })}
            disabled={file.dropped}
            checked={!out}
            onChange={(_, data) => {
              choosing.onChoose("files", file.part, data.checked === true);
            }}
          />
        ) : (
          <DocumentRegular aria-hidden className={styles.icon} />
        )}
        <span>
          <span className={out ? styles.out : ""}>{name}</span>
          <Marks numbers={file.marks} />
        </span>
      </span>
      <span className={styles.soft}>{sizeText(file.size, language)}</span>
      {file.inline ? <span className={styles.soft}>{t("mail.attachment_inline")}</span> : null}
      {file.dropped ? (
        <Badge appearance="tint" color="informative">
          {t("mail.attachment_dropped")}
        </Badge>
      ) : null}
      {onLoad ? (
        <Button
          appearance="subtle"
          size="small"
          icon={<ArrowDownloadRegular />}
          aria-label={t("mail.download_one", { name })}
          disabled={busy}
          onClick={onLoad}
        >
          {t("common.download")}
        </Button>
      ) : null}
    </li>
  );
}
