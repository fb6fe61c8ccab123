/** One rule or policy in its list: on or off, its name (opens it), what it does in a line, and a menu. */
import {
  Badge,
  Button,
  Link as FluentLink,
  makeStyles,
  Menu,
  MenuItem,
  MenuList,
  MenuPopover,
  MenuTrigger,
  Switch,
  Text,
  tokens,
} from "@fluentui/react-components";
import { ArrowDownRegular, ArrowUpRegular, CopyRegular, DeleteRegular, EditRegular, MoreHorizontalRegular } from "@fluentui/react-icons";
import type { ReactNode } from "react";

import { useText } from "../../../text/language";

const useStyles = makeStyles({
  row: { display: "flex", alignItems: "center", gap: tokens.spacingHorizontalS, minWidth: 0, padding: `${tokens.spacingVerticalS} 0` },
  text: { flexGrow: 1, minWidth: 0, display: "flex", flexDirection: "column", gap: tokens.spacingVerticalXXS, alignItems: "start" },
  line: {
    color: tokens.colorNeutralForeground2,
    overflowWrap: "anywhere",
    maxHeight: `calc(2 * ${tokens.lineHeightBase200})`,
    overflow: "hidden",
  },
  name: { textAlign: "start", overflowWrap: "anywhere", fontWeight: tokens.fontWeightSemibold },
  badges: { display: "flex", flexWrap: "wrap", gap: tokens.spacingHorizontalXS },
  off: { opacity: 0.75 },
});

interface Props {
  readonly name: string;
  readonly line: string;
  readonly badges?: ReactNode;
  readonly enabled?: boolean;
  readonly readOnly: boolean;
  readonly changed: boolean;
  readonly onOpen: () => void;
  readonly onEnable?: (enabled: boolean) => void;
  readonly onMove?: (by: 1 | -1) => void;
  readonly canMove?: readonly [boolean, boolean];
  readonly onDuplicate: () => void;
  readonly onRemove: () => void;
}

export function ItemRow(props: Props) {
  const t = useText();
  const styles = useStyles();
  const { name, line, badges, enabled, readOnly, changed, onOpen, onEnable } = props;
  return (
    <div className={styles.row}>
      {onEnable ? (
        <Switch
          aria-label={t("settings.item.enable", { name })}
          checked={enabled ?? true}
          disabled={readOnly}
          onChange={(_, data) => {
            onEnable(data.checked);
          }}
        />
      ) : null}
      <span className={styles.text}>
        <FluentLink as="button" className={styles.name} onClick={onOpen}>
          {name}
        </FluentLink>
        <Text size={200} className={styles.line}>
          {line}
        </Text>
        {badges || changed ? (
          <span className={styles.badges}>
            {badges}
            {changed ? (
              <Badge appearance="tint" color="warning">
                {t("settings.item.changed")}
              </Badge>
            ) : null}
          </span>
        ) : null}
      </span>
      <ItemMenu {...props} />
    </div>
  );
}

function ItemMenu({ name, readOnly, onOpen, onMove, canMove = [true, true], onDuplicate, onRemove }: Props) {
  const t = useText();
  return (
    <Menu>
      <MenuTrigger disableButtonEnhancement>
        <Button appearance="subtle" icon={<MoreHorizontalRegular />} aria-label={t("settings.item.menu", { name })} />
      </MenuTrigger>
      <MenuPopover>
        <MenuList>
          <MenuItem icon={<EditRegular />} onClick={onOpen}>
            {readOnly ? t("common.details") : t("common.edit")}
          </MenuItem>
          {onMove && !readOnly ? (
            <>
              <MenuItem
                icon={<ArrowUpRegular />}
                disabled={!canMove[0]}
                onClick={() => {
                  onMove(-1);
                }}
              >
                {t("policies.tree.move_up")}
              </MenuItem>
              <MenuItem
                icon={<ArrowDownRegular />}
                disabled={!canMove[1]}
                onClick={() => {
                  onMove(1);
                }}
              >
                {t("policies.tree.move_down")}
              </MenuItem>
            </>
          ) : null}
          {readOnly ? null : (
            <>
              <MenuItem icon={<CopyRegular />} onClick={onDuplicate}>
                {t("policies.tree.duplicate")}
              </MenuItem>
              <MenuItem icon={<DeleteRegular />} onClick={onRemove}>
                {t("common.delete")}
              </MenuItem>
            </>
          )}
        </MenuList>
      </MenuPopover>
    </Menu>
  );
}
