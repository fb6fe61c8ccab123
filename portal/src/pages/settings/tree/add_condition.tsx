/** Add a condition of some kind, or a group, to a group. */
import { Button, makeStyles, Menu, MenuButton, MenuItem, MenuList, MenuPopover, MenuTrigger, tokens } from "@fluentui/react-components";
import { AddRegular, GroupListRegular } from "@fluentui/react-icons";

import { useText } from "../../../text/language";
import { CONDITIONS, LEAF_KINDS, newLeaf } from "../model/conditions";
import { nodeAt, peel, type Path } from "../model/tree";
import { useTree } from "./tree_context";

const useStyles = makeStyles({ row: { display: "flex", flexWrap: "wrap", gap: tokens.spacingHorizontalXS } });

export function AddCondition({ path }: { readonly path: Path }) {
  const t = useText();
  const styles = useStyles();
  const tree = useTree();
  const here = nodeAt(tree.tree, path);
  const other = here && peel(here).inner.type === "all" ? "any" : "all";
  return (
    <div className={styles.row}>
      <Menu>
        <MenuTrigger disableButtonEnhancement>
          <MenuButton size="small" appearance="subtle" icon={<AddRegular />}>
            {t("policies.tree.add_condition")}
          </MenuButton>
        </MenuTrigger>
        <MenuPopover>
          <MenuList>
            {LEAF_KINDS.map((kind) => (
              <MenuItem
                key={kind}
                onClick={() => {
                  tree.add(path, newLeaf(kind));
                }}
              >
                {t(CONDITIONS[kind].title)}
              </MenuItem>
            ))}
          </MenuList>
        </MenuPopover>
      </Menu>
      <Button
        size="small"
        appearance="subtle"
        icon={<GroupListRegular />}
        onClick={() => {
          tree.add(path, { type: other, of: [] });
        }}
      >
        {t("policies.tree.add_group")}
      </Button>
    </div>
  );
}
