/** One node of a tree: a group with its members, or a condition with its fields; negated or not. */
import { Badge, makeStyles, mergeClasses, MessageBar, MessageBarBody, Select, Text, ToggleButton, tokens } from "@fluentui/react-components";
import { Fragment } from "react";

import { useText } from "../../../text/language";
import { useEditor } from "../draft/editor_context";
import { FieldForm } from "../fields/field_form";
import { CONDITIONS, LEAF_KINDS, newLeaf } from "../model/conditions";
import { isGroup, type Path, peel, withNegation } from "../model/tree";
import type { Condition, Group, JoinKind, Leaf, LeafKind } from "../model/types";
import { AddCondition } from "./add_condition";
import { NodeMenu } from "./node_menu";
import { useTree } from "./tree_context";

const PHONE = "@media (max-width: 48rem)";

const useStyles = makeStyles({
  node: {
    display: "flex",
    flexDirection: "column",
    gap: tokens.spacingVerticalS,
    minWidth: 0,
    padding: tokens.spacingHorizontalM,
    borderRadius: tokens.borderRadiusMedium,
    border: `1px solid ${tokens.colorNeutralStroke2}`,
    [PHONE]: { padding: tokens.spacingHorizontalS },
  },
  group: {
    borderInlineStartWidth: "3px",
    borderInlineStartColor: tokens.colorBrandStroke2,
    backgroundColor: tokens.colorNeutralBackground2,
  },
  nested: { backgroundColor: tokens.colorNeutralBackground3 },
  any: { borderInlineStartColor: tokens.colorPaletteMarigoldBorder2 },
  leaf: { backgroundColor: tokens.colorNeutralBackground1 },
  negated: { borderInlineStartColor: tokens.colorPaletteRedBorder2, borderInlineStartWidth: "3px" },
  head: { display: "flex", flexWrap: "wrap", alignItems: "center", gap: tokens.spacingHorizontalS },
  grow: { flexGrow: 1 },
  join: { paddingInlineStart: tokens.spacingHorizontalS, color: tokens.colorNeutralForeground3 },
  kind: { minWidth: "11rem" },
});

interface Props {
  readonly node: Condition;
  readonly path: Path;
  /** The node's place in the document, negations included. */
  readonly at: string;
}

export function TreeNode({ node, path, at }: Props) {
  const t = useText();
  const styles = useStyles();
  const tree = useTree();
  const { negated, inner } = peel(node);
  const place = innerPlace(node, at);
  const number = path.map((step) => step + 1).join(".");
  const group = isGroup(inner);
  const title = group ? t(`policies.tree.join_${inner.type}`) : t(CONDITIONS[inner.type].title);
  const name = number ? t("policies.tree.node", { number, name: title }) : t("policies.tree.root", { name: title });
  return (
    <div
      role="group"
      aria-label={name}
      className={mergeClasses(
        styles.node,
        group ? styles.group : styles.leaf,
        group && path.length % 2 === 1 && styles.nested,
        group && inner.type === "any" && styles.any,
        negated && styles.negated,
      )}
    >
      <div className={styles.head}>
        {group ? <JoinSelect group={inner} path={path} name={name} /> : <KindSelect leaf={inner} negated={negated} path={path} name={name} />}
        <ToggleButton
          size="small"
          checked={negated}
          disabled={tree.readOnly}
          aria-label={t("policies.tree.negate_of", { name })}
          onClick={() => {
            tree.negate(path);
          }}
        >
          {t("policies.tree.negate")}
        </ToggleButton>
        {negated ? (
          <Badge appearance="tint" color="danger">
            {t("policies.tree.negated")}
          </Badge>
        ) : null}
        <span className={styles.grow} />
        <NodeMenu path={path} isGroup={group} name={name} />
      </div>
      <NodeProblem at={place} />
      {group ? (
        <Members group={inner} path={path} at={place} />
      ) : (
        <FieldForm
          dense
          form={CONDITIONS[inner.type]}
          value={inner}
          at={place}
          readOnly={tree.readOnly}
          onChange={(next) => {
            tree.change(path, withNegation(next, negated));
          }}
        />
      )}
    </div>
  );
}

function innerPlace(node: Condition, at: string): string {
  return node.type === "not" ? innerPlace(node.of, `${at}.of`) : at;
}

/** What the API says about the node as a whole. */
function NodeProblem({ at }: { readonly at: string }) {
  const { problems } = useEditor();
  const found = problems.find((problem) => problem.at === at);
  return found ? (
    <MessageBar intent="error">
      <MessageBarBody>{found.problem}</MessageBarBody>
    </MessageBar>
  ) : null;
}

function JoinSelect({ group, path, name }: { readonly group: Group; readonly path: Path; readonly name: string }) {
  const t = useText();
  const tree = useTree();
  return (
    <Select
      size="small"
      aria-label={t("policies.tree.join_of", { name })}
      value={group.type}
      disabled={tree.readOnly}
      onChange={(_, data) => {
        tree.join(path, data.value as JoinKind);
      }}
    >
      <option value="all">{t("policies.tree.join_all")}</option>
      <option value="any">{t("policies.tree.join_any")}</option>
    </Select>
  );
}

interface KindProps {
  readonly leaf: Leaf;
  readonly negated: boolean;
  readonly path: Path;
  readonly name: string;
}

function KindSelect({ leaf, negated, path, name }: KindProps) {
  const t = useText();
  const styles = useStyles();
  const tree = useTree();
  return (
    <Select
      size="small"
      className={styles.kind}
      aria-label={t("policies.tree.kind_of", { name })}
      value={leaf.type}
      disabled={tree.readOnly}
      onChange={(_, data) => {
        tree.change(path, withNegation(newLeaf(data.value as LeafKind), negated));
      }}
    >
      {LEAF_KINDS.map((kind) => (
        <option key={kind} value={kind}>
          {t(CONDITIONS[kind].title)}
        </option>
      ))}
    </Select>
  );
}

function Members({ group, path, at }: { readonly group: Group; readonly path: Path; readonly at: string }) {
  const t = useText();
  const styles = useStyles();
  const tree = useTree();
  return (
    <>
      {group.of.length === 0 ? (
        <Text size={200}>{t(group.type === "all" ? "policies.tree.empty_all" : "policies.tree.empty_any")}</Text>
      ) : null}
      {group.of.map((child, index) => (
        <Fragment key={index}>
          {index > 0 ? (
            <Text className={styles.join} size={200} weight="semibold">
              {t(group.type === "all" ? "policies.tree.and" : "policies.tree.or")}
            </Text>
          ) : null}
          <TreeNode node={child} path={[...path, index]} at={`${at}.of[${index.toString()}]`} />
        </Fragment>
      ))}
      {tree.readOnly ? null : <AddCondition path={path} />}
    </>
  );
}
