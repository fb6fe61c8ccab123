/** What is wrong with a file, line by line, in the reader's language. The API says it in English. */
import type { FieldProblem } from "../../../api/problem";
import type { TextKey } from "../../../text/catalogue";
import { exchange } from "../../../text/exchange";
import type { useText } from "../../../text/language";

type Text = ReturnType<typeof useText>;

export interface LineError {
  /** 0 for the whole file. */
  readonly line: number;
  readonly column: string;
  readonly problem: string;
}

const KNOWN: readonly (readonly [RegExp, TextKey])[] = [
  [/^is required$/, "exchange.error.required"],
  [/^expected `str` matching regex .*@/, "exchange.error.address"],
  [/^expected `str` matching regex '\^\\\\S\*\$'/, "exchange.error.no_spaces"],
  [/^expected `(?:int|float)` >=? (?<number>[\d.]+)/, "exchange.error.at_least"],
  [/^expected `(?:int|float)` <=? (?<number>[\d.]+)/, "exchange.error.at_most"],
  [/^expected `(?:str|array)` of length <= (?<number>\d+)/, "exchange.error.too_long"],
  [/^expected `(?:str|array)` of length >= 1/, "exchange.error.required"],
  [/^invalid enum value '(?<value>.*)'; allowed: (?<allowed>.*)$/, "exchange.error.allowed"],
  [/^must be a number$/, "exchange.error.number"],
  [/^must be true or false$/, "exchange.error.flag"],
  [/^'(?<value>.*)' stands on line (?<line>\d+) too/, "exchange.error.unique"],
  [/^has (?<cells>\d+) cells; the first line names (?<columns>\d+) columns$/, "exchange.error.cells"],
  [/^there is no such (?:column|field); there are: (?<columns>.*)$/, "exchange.error.no_column"],
  [/^the first line must name the columns: (?<columns>.*)$/, "exchange.error.first_line"],
  [/^the column is missing$/, "exchange.error.column_missing"],
  [/^the column stands there twice$/, "exchange.error.column_twice"],
  [/^is neither UTF-8 nor Shift_JIS/, "exchange.error.encoding"],
  [/^names nobody/, "exchange.error.empty_replace"],
];

/** The name of a field as people read it; its own where there is none. */
export function fieldText(name: string, t: Text): string {
  const key = `field.${name}`;
  return key in exchange.en ? t(`exchange.${key}` as TextKey) : name;
}

export function problemText(problem: string, t: Text): string {
  for (const [pattern, key] of KNOWN) {
    const found = pattern.exec(problem);
    if (!found) continue;
    const values: Record<string, string | number> = { ...found.groups };
    if (typeof values["allowed"] === "string") {
      const words = values["allowed"].split(", ").map((word) => word || t("exchange.error.nothing"));
      values["allowed"] = words.join(", ");
    }
    return t(key, values);
  }
  return problem;
}

/** `line 12, manager` of a problem's place, apart. */
export function lineErrorOf({ at, problem }: FieldProblem, t: Text): LineError {
  const found = /^(?:line (\d+))?(?:, )?(.*)$/s.exec(at);
  const column = found?.[2] ?? at;
  const name = /^\w+/.exec(column)?.[0] ?? "";
  return {
    line: Number(found?.[1] ?? 0),
    column: name ? fieldText(name, t) : column,
    problem: problemText(problem, t),
  };
}
