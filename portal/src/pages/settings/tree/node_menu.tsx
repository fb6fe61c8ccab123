/** What can be done with a node: move, group, dissolve, copy, remove. Alt and an arrow key on the button move it too. */
import { Button, makeStyles, Menu, MenuItem, MenuList, MenuPopover, MenuTrigger } from "@fluentui/react-components";
import {
  ArrowDownRegular,
  ArrowUpRegular,
  CopyRegular,
  DeleteRegular,
  GroupListRegular,
  GroupDismissRegular,
  MoreHorizontalRegular,
} from "@fluentui/react-icons";

import { useText } from "../../../text/language";
import { canUngroup, moved, type Path } from "../model/tree";
import { useTree } from "./tree_context";

const useStyles = makeStyles({ button: { minWidth: "2rem" } });

interface Props {
  readonly path: Path;
  readonly isGroup: boolean;
  readonly name: string;
}

export function NodeMenu({ path, isGroup, name }: Props) {
  const t = useText();
  const styles = useStyles();
  const tree = useTree();
  if (tree.readOnly) return null;
  const root = path.length === 0;
  return (
    <Menu>
      <MenuTrigger disableButtonEnhancement>
        <Button
          size="small"
          appearance="subtle"
          className={styles.button}
          icon={<MoreHorizontalRegular />}
          aria-label={t("policies.tree.menu_of", { name })}
          data-node={path.join("-") || "root"}
          onKeyDown={(event) => {
            if (!event.altKey || (event.key !== "ArrowUp" && event.key !== "ArrowDown")) return;
            event.preventDefault();
            tree.move(path, event.key === "ArrowUp" ? -1 : 1);
          }}
        />
      </MenuTrigger>
      <MenuPopover>
        <MenuList>
          {root ? null : (
            <>
              <MenuItem
                icon={<ArrowUpRegular />}
                secondaryContent={t("policies.tree.key_up")}
                disabled={moved(tree.tree, path, -1).tree === tree.tree}
                onClick={() => {
                  tree.move(path, -1);
                }}
              >
                {t("policies.tree.move_up")}
              </MenuItem>
              <MenuItem
                icon={<ArrowDownRegular />}
                secondaryContent={t("policies.tree.key_down")}
                disabled={moved(tree.tree, path, 1).tree === tree.tree}
                onClick={() => {
                  tree.move(path, 1);
                }}
              >
                {t("policies.tree.move_down")}
              </MenuItem>
            </>
          )}
          <MenuItem
            icon={<GroupListRegular />}
            onClick={() => {
              tree.group(path);
            }}
          >
            {t("policies.tree.group")}
          </MenuItem>
          {isGroup ? (
            <MenuItem
              icon={<GroupDismissRegular />}
              disabled={!canUngroup(tree.tree, path)}
              onClick={() => {
                tree.ungroup(path);
              }}
            >
              {t("policies.tree.ungroup")}
            </MenuItem>
          ) : null}
          {root ? null : (
            <MenuItem
              icon={<CopyRegular />}
              onClick={() => {
                tree.duplicate(path);
              }}
            >
              {t("policies.tree.duplicate")}
            </MenuItem>
          )}
          <MenuItem
            icon={<DeleteRegular />}
            onClick={() => {
              tree.remove(path);
            }}
          >
            {root ? t("policies.tree.clear") : t("common.delete")}
          </MenuItem>
        </MenuList>
      </MenuPopover>
    </Menu>
  );
}
