/** A figure's numbers as a table: what a chart shows, for reading, hearing and copying. */
import {
  makeStyles,
  Table,
  TableBody,
  TableCell,
  TableHeader,
  TableHeaderCell,
  TableRow,
  tokens,
} from "@fluentui/react-components";

const useStyles = makeStyles({
  frame: { overflow: "auto", maxHeight: "24rem" },
  number: { textAlign: "end", fontVariantNumeric: "tabular-nums" },
  headNumber: { "& .fui-TableHeaderCell__button": { justifyContent: "flex-end" } },
  first: { width: "46%" },
  name: { overflowWrap: "anywhere", paddingBlock: tokens.spacingVerticalXS },
});

export interface FigureRow {
  readonly name: string;
  /** Where names may repeat. */
  readonly key?: string;
  readonly numbers: readonly (number | string)[];
}

interface Props {
  readonly title: string;
  /** The first names the rows, the others the numbers. */
  readonly columns: readonly string[];
  readonly rows: readonly FigureRow[];
  readonly language: string;
}

export function FigureTable({ title, columns, rows, language }: Props) {
  const styles = useStyles();
  return (
    // A scrolling region must be reachable by keyboard (WCAG 2.1.1).
    // eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex
    <div className={styles.frame} role="group" aria-label={title} tabIndex={0}>
      <Table size="small" aria-label={title}>
        <TableHeader>
          <TableRow>
            {columns.map((column, index) => (
              <TableHeaderCell key={column} className={index > 0 ? styles.headNumber : styles.first}>
                {column}
              </TableHeaderCell>
            ))}
          </TableRow>
        </TableHeader>
        <TableBody>
          {rows.map((row) => (
            <TableRow key={row.key ?? row.name}>
              <TableCell className={styles.name}>{row.name}</TableCell>
              {row.numbers.map((number, index) => (
                <TableCell key={columns[index + 1]} className={styles.number}>
                  {typeof number === "number" ? number.toLocaleString(language) : number}
                </TableCell>
              ))}
            </TableRow>
          ))}
        </TableBody>
      </Table>
    </div>
  );
}
