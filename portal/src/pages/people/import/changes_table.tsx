/** What an import would add, change and remove. */
import {
  Badge,
  type BadgeProps,
  Body1Strong,
  Caption1,
  makeStyles,
  Table,
  TableBody,
  TableCell,
  TableHeader,
  TableHeaderCell,
  TableRow,
} from "@fluentui/react-components";
import { AddRegular, DeleteRegular, EditRegular, type FluentIcon } from "@fluentui/react-icons";

import { useText } from "../../../text/language";
import type { Change, How } from "./changes";

const LOOKS: Readonly<Record<How, { color: NonNullable<BadgeProps["color"]>; icon: FluentIcon }>> = {
  added: { color: "success", icon: AddRegular },
  changed: { color: "brand", icon: EditRegular },
  removed: { color: "danger", icon: DeleteRegular },
};

const useStyles = makeStyles({
  frame: { overflow: "auto", maxHeight: "28rem" },
  how: { width: "26%", maxWidth: "8rem" },
  cell: { overflowWrap: "anywhere", whiteSpace: "pre-line" },
});

interface Props {
  readonly changes: readonly Change[];
  readonly counts: string;
  /** Of all differences, of which not all may be among `changes`. */
  readonly count: number;
}

/** The API names so many differences at most. */
const MOST_SHOWN = 1000;

export function ChangesTable({ changes, counts, count }: Props) {
  const t = useText();
  const styles = useStyles();
  return (
    <>
      <Body1Strong>
        {t("exchange.preview")}: {counts}
      </Body1Strong>
      {count > MOST_SHOWN ? <Caption1>{t("exchange.more", { shown: MOST_SHOWN, count })}</Caption1> : null}
      {/* A scrolling region must be reachable by keyboard (WCAG 2.1.1). */}
      {/* eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex */}
      <div className={styles.frame} role="group" aria-label={t("exchange.preview")} tabIndex={0}>
        <Table size="small" aria-label={t("exchange.preview")}>
          <TableHeader>
            <TableRow>
              <TableHeaderCell className={styles.how}>{t("exchange.how")}</TableHeaderCell>
              <TableHeaderCell>{t("exchange.key")}</TableHeaderCell>
              <TableHeaderCell>{t("exchange.change")}</TableHeaderCell>
            </TableRow>
          </TableHeader>
          <TableBody>
            {changes.map((change) => {
              const { color, icon: Icon } = LOOKS[change.how];
              return (
                <TableRow key={change.key}>
                  <TableCell className={styles.how}>
                    <Badge appearance="tint" color={color} icon={<Icon aria-hidden />}>
                      {t(`exchange.how.${change.how}`)}
                    </Badge>
                  </TableCell>
                  <TableCell className={styles.cell}>{change.key}</TableCell>
                  <TableCell className={styles.cell}>{change.lines.join("\n")}</TableCell>
                </TableRow>
              );
            })}
          </TableBody>
        </Table>
      </div>
    </>
  );
}
