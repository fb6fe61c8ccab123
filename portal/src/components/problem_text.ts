/** The words for a problem of the API, in the language of the page. */
import { ApiProblem } from "../api/problem";
import type { TextKey } from "../text/catalogue";
import type { useText } from "../text/language";
import { problems } from "../text/problems";

export function problemText(error: unknown, t: ReturnType<typeof useText>): { title: string; detail: string } {
  if (!(error instanceof ApiProblem)) return { title: t("common.unknown_error"), detail: "" };
  const key = `problems.${error.kind}` as TextKey;
  const title = error.kind in problems.en ? t(key) : error.title || t("common.unknown_error");
  return { title, detail: error.detail };
}
