/** What a template or notice looks like with sample values; HTML in a frame that can neither run scripts nor load anything. */
import { makeStyles, MessageBar, MessageBarBody, Tab, TabList, Text, tokens } from "@fluentui/react-components";
import { useState } from "react";

import type { components } from "../../../api/schema.gen";
import { ProblemView } from "../../../components/problem_view";
import type { TextKey } from "../../../text/catalogue";
import { useText } from "../../../text/language";
import { settings } from "../../../text/settings";

type WordsProblem = components["schemas"]["WordsProblem"];

const useStyles = makeStyles({
  frame: { display: "flex", flexDirection: "column", gap: tokens.spacingVerticalS, minWidth: 0 },
  text: {
    margin: 0,
    padding: tokens.spacingHorizontalM,
    whiteSpace: "pre-wrap",
    overflowWrap: "anywhere",
    fontFamily: tokens.fontFamilyBase,
    border: `1px solid ${tokens.colorNeutralStroke2}`,
    borderRadius: tokens.borderRadiusMedium,
    backgroundColor: tokens.colorNeutralBackground2,
  },
  html: {
    width: "100%",
    height: "20rem",
    boxSizing: "border-box",
    // Mail is written for white paper, also where the page around it is dark.
    backgroundColor: "#ffffff",
    border: `1px solid ${tokens.colorNeutralStroke2}`,
    borderRadius: tokens.borderRadiusMedium,
  },
  problems: { margin: 0, paddingInlineStart: "1.2em" },
});

const POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:";

function mistakeText({ code, detail }: WordsProblem, t: ReturnType<typeof useText>): string {
  const key = `mistake.${code}`;
  return key in settings.en ? t(`settings.${key}` as TextKey, { detail }) : detail || code;
}

interface Props {
  readonly error: unknown;
  readonly subject?: string | undefined;
  readonly text: string | undefined;
  readonly html: string | undefined;
  readonly problems: readonly WordsProblem[] | undefined;
}

export function PreviewView({ error, subject, text, html, problems = [] }: Props) {
  const t = useText();
  const styles = useStyles();
  const [shown, setShown] = useState<"text" | "html">("text");
  if (error) return <ProblemView error={error} />;
  return (
    <div className={styles.frame} role="group" aria-label={t("settings.preview.title")}>
      <TabList
        size="small"
        selectedValue={shown}
        onTabSelect={(_, data) => {
          setShown(data.value === "html" ? "html" : "text");
        }}
      >
        <Tab value="text">{t("settings.preview.text")}</Tab>
        <Tab value="html">{t("settings.preview.html")}</Tab>
      </TabList>
      {problems.length > 0 ? (
        <MessageBar intent="error" layout="multiline">
          <MessageBarBody>
            <ul className={styles.problems}>
              {problems.map((problem) => (
                <li key={`${problem.field} ${problem.line.toString()} ${problem.code}`}>
                  {problem.line > 0 ? t("settings.preview.line", { line: problem.line }) : ""} {mistakeText(problem, t)}
                </li>
              ))}
            </ul>
          </MessageBarBody>
        </MessageBar>
      ) : null}
      {subject ? (
        <Text>
          {t("settings.words.subject")}: <Text weight="semibold">{subject}</Text>
        </Text>
      ) : null}
      {shown === "text" ? (
        <pre className={styles.text}>{text ?? ""}</pre>
      ) : (
        <iframe
          className={styles.html}
          title={t("settings.preview.html")}
          sandbox=""
          referrerPolicy="no-referrer"
          srcDoc={`<!doctype html><meta http-equiv="Content-Security-Policy" content="${POLICY}"><body>${html ?? ""}`}
        />
      )}
    </div>
  );
}
