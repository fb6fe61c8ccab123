/** An error as people read it: what happened, where, and what to do. */
import { Button, MessageBar, MessageBarActions, MessageBarBody, MessageBarTitle } from "@fluentui/react-components";

import { ApiProblem } from "../api/problem";
import { useText } from "../text/language";
import { problemText } from "./problem_text";

interface Props {
  readonly error: unknown;
  readonly onRetry?: () => void;
}

export function ProblemView({ error, onRetry }: Props) {
  const t = useText();
  const { title, detail } = problemText(error, t);
  const fields = error instanceof ApiProblem ? error.fields : [];
  return (
    <MessageBar intent="error" layout="multiline" role="alert">
      <MessageBarBody>
        <MessageBarTitle>{title}</MessageBarTitle>
        {detail}
        {fields.length > 0 ? (
          <ul>
            {fields.map((field) => (
              <li key={`${field.at} ${field.problem}`}>
                <code>{field.at}</code> {field.problem}
              </li>
            ))}
          </ul>
        ) : null}
      </MessageBarBody>
      {onRetry ? (
        <MessageBarActions>
          <Button onClick={onRetry}>{t("common.retry")}</Button>
        </MessageBarActions>
      ) : null}
    </MessageBar>
  );
}
