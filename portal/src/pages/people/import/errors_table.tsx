/** Every line of a file that could not be imported, with what is wrong. */
import {
  makeStyles,
  MessageBar,
  MessageBarBody,
  MessageBarTitle,
  Table,
  TableBody,
  TableCell,
  TableHeader,
  TableHeaderCell,
  TableRow,
} from "@fluentui/react-components";

import type { ApiProblem } from "../../../api/problem";
import { useText } from "../../../text/language";
import { lineErrorOf } from "./line_error";

const useStyles = makeStyles({
  frame: { overflow: "auto", maxHeight: "28rem" },
  line: { width: "22%" },
  column: { width: "28%", overflowWrap: "anywhere" },
  cell: { overflowWrap: "anywhere" },
});

export function ErrorsTable({ problem }: { readonly problem: ApiProblem }) {
  const t = useText();
  const styles = useStyles();
  const errors = problem.fields.map((field) => lineErrorOf(field, t));
  const all = Number(/(\d+) problems/.exec(problem.detail)?.[1] ?? errors.length);
  return (
    <>
      <MessageBar intent="error" layout="multiline" role="alert">
        <MessageBarBody>
          <MessageBarTitle>{t("exchange.errors_title", { count: all })}</MessageBarTitle>
          {t("exchange.errors_lead")} {all > errors.length ? t("exchange.errors_shown", { count: errors.length }) : null}
        </MessageBarBody>
      </MessageBar>
      {/* A scrolling region must be reachable by keyboard (WCAG 2.1.1). */}
      {/* eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex */}
      <div className={styles.frame} role="group" aria-label={t("exchange.problem")} tabIndex={0}>
        <Table size="small" aria-label={t("exchange.problem")}>
          <TableHeader>
            <TableRow>
              <TableHeaderCell className={styles.line}>{t("exchange.line")}</TableHeaderCell>
              <TableHeaderCell className={styles.column}>{t("exchange.column")}</TableHeaderCell>
              <TableHeaderCell>{t("exchange.problem")}</TableHeaderCell>
            </TableRow>
          </TableHeader>
          <TableBody>
            {errors.map((error, index) => (
              <TableRow key={index}>
                <TableCell className={styles.line}>
                  {error.line ? t("exchange.line_number", { line: error.line }) : t("exchange.whole_file")}
                </TableCell>
                <TableCell className={styles.column}>{error.column}</TableCell>
                <TableCell className={styles.cell}>{error.problem}</TableCell>
              </TableRow>
            ))}
          </TableBody>
        </Table>
      </div>
    </>
  );
}
