/** Why saving failed: each wrong place with a link to where it is edited. */
import { Link as FluentLink, makeStyles, MessageBar, MessageBarBody, MessageBarTitle, Text } from "@fluentui/react-components";

import type { FieldProblem } from "../../../api/problem";
import { ProblemView } from "../../../components/problem_view";
import { useText } from "../../../text/language";
import { editorPlace } from "../model/place";
import type { SettingsDocument } from "../model/types";
import { useGo } from "../parts/go";
import { useEditor } from "./editor_context";
import { placeText } from "./place_text";

const useStyles = makeStyles({ list: { margin: 0, paddingInlineStart: "1.2em" } });

interface Props {
  readonly error: unknown;
  readonly problems: readonly FieldProblem[];
}

export function SaveProblem({ error, problems }: Props) {
  const t = useText();
  const styles = useStyles();
  const go = useGo();
  const { document } = useEditor();
  if (!error) return null;
  if (problems.length === 0) return <ProblemView error={error} />;
  return (
    <MessageBar intent="error" layout="multiline" role="alert">
      <MessageBarBody>
        <MessageBarTitle>{t("settings.not_saved")}</MessageBarTitle>
        <ul className={styles.list}>
          {problems.map((problem) => {
            const place = editorPlace(problem.at, document);
            return (
              <li key={`${problem.at} ${problem.problem}`}>
                <FluentLink
                  as="button"
                  inline
                  onClick={() => {
                    go(place.part, place.item);
                  }}
                >
                  {placeText(namedPlace(problem.at, document), t)}
                </FluentLink>{" "}
                <Text>{problem.problem}</Text>
              </li>
            );
          })}
        </ul>
      </MessageBarBody>
    </MessageBar>
  );
}

/** `$.policies[0].name` with the policy's name in place of its number. */
function namedPlace(at: string, document: SettingsDocument): string {
  return at.replace(/^\$\.(rules|policies|lists|templates)\[(\d+)\]/, (whole, collection: string, index: string) => {
    const items = document[collection as "rules" | "policies" | "lists" | "templates"];
    const item = items?.[Number(index)];
    return item ? `$.${collection}[${(item.name || item.id).replace(/[[\]]/g, " ")}]` : whole;
  });
}
