/** What few servers need: certificates, other ways of signing on, priority and limits. Folded away until asked for. */
import { Button, makeStyles, Text, tokens } from "@fluentui/react-components";
import { ChevronDownRegular, ChevronRightRegular } from "@fluentui/react-icons";
import { useId, useState } from "react";

import { useText } from "../../../text/language";
import { useEditor } from "../draft/editor_context";
import { FieldForm } from "../fields/field_form";
import { OAUTH_FORM, SERVER_FORM, SERVER_LIMITS, SERVER_TLS } from "../model/delivery_forms";
import type { NextHopServer } from "../model/types";

const useStyles = makeStyles({
  frame: { display: "flex", flexDirection: "column", gap: tokens.spacingVerticalM, minWidth: 0 },
  group: {
    display: "flex",
    flexDirection: "column",
    gap: tokens.spacingVerticalS,
    minWidth: 0,
    paddingLeft: tokens.spacingHorizontalM,
    borderLeft: `2px solid ${tokens.colorNeutralStroke2}`,
  },
});

interface Props {
  readonly server: NextHopServer;
  readonly at: string;
  readonly onChange: (next: NextHopServer) => void;
}

export function ServerMore({ server, at, onChange }: Props) {
  const t = useText();
  const styles = useStyles();
  const { problems } = useEditor();
  const [asked, setAsked] = useState(false);
  const id = useId();
  // What the API found wrong in here must be seen.
  const wrong = [...SERVER_LIMITS, ...SERVER_TLS, "auth", "oauth"].some((name) =>
    problems.some((problem) => problem.at.startsWith(`${at}.${name}`)),
  );
  const open = asked || wrong;
  return (
    <div className={styles.frame}>
      <div>
        <Button
          appearance="subtle"
          size="small"
          icon={open ? <ChevronDownRegular /> : <ChevronRightRegular />}
          aria-expanded={open}
          aria-controls={id}
          aria-label={t("settings.server.more_of", { name: server.host })}
          onClick={() => {
            setAsked(!open);
          }}
        >
          {t("settings.server.more")}
        </Button>
      </div>
      <div id={id} className={styles.frame} hidden={!open}>
        {open ? <Opened server={server} at={at} onChange={onChange} /> : null}
      </div>
    </div>
  );
}

function Opened({ server, at, onChange }: Props) {
  const t = useText();
  const styles = useStyles();
  const groups = [
    ["settings.server.group_tls", SERVER_TLS],
    ["settings.server.group_limits", SERVER_LIMITS],
  ] as const;
  return (
    <>
      {groups.map(([title, only]) => (
        <div key={title} className={styles.group} role="group" aria-label={t(title)}>
          <Text weight="semibold">{t(title)}</Text>
          <FieldForm form={SERVER_FORM} value={server} at={at} only={only} onChange={onChange} />
        </div>
      ))}
      <div className={styles.group} role="group" aria-label={t("settings.server.group_auth")}>
        <Text weight="semibold">{t("settings.server.group_auth")}</Text>
        <FieldForm
          form={SERVER_FORM}
          value={server}
          at={at}
          only={["auth"]}
          onChange={(next) => {
            onChange(next.auth === "xoauth2" ? { ...next, oauth: next.oauth ?? OAUTH_FORM.start } : next);
          }}
        />
        {server.auth === "xoauth2" ? (
          <FieldForm
            form={OAUTH_FORM}
            value={server.oauth ?? OAUTH_FORM.start}
            at={`${at}.oauth`}
            onChange={(oauth) => {
              onChange({ ...server, oauth });
            }}
          />
        ) : null}
      </div>
    </>
  );
}
