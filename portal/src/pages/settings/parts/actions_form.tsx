/** The actions of a policy, each with its form; more are added from those that still fit. */
import {
  Button,
  makeStyles,
  Menu,
  MenuButton,
  MenuItem,
  MenuList,
  MenuPopover,
  MenuTrigger,
  MessageBar,
  MessageBarBody,
  Subtitle2,
  Text,
  tokens,
} from "@fluentui/react-components";
import { AddRegular, DeleteRegular } from "@fluentui/react-icons";

import { useText } from "../../../text/language";
import { useEditor } from "../draft/editor_context";
import { FieldForm } from "../fields/field_form";
import { ACTIONS, addable, newAction } from "../model/actions";
import { type Action, isTenant } from "../model/types";
import { usePartStyles } from "./part_styles";

const useStyles = makeStyles({
  action: {
    display: "flex",
    flexDirection: "column",
    gap: tokens.spacingVerticalS,
    padding: tokens.spacingHorizontalM,
    border: `1px solid ${tokens.colorNeutralStroke2}`,
    borderRadius: tokens.borderRadiusMedium,
  },
  head: { display: "flex", alignItems: "center", gap: tokens.spacingHorizontalS },
  title: { flexGrow: 1 },
});

interface Props {
  readonly actions: readonly Action[];
  readonly at: string;
  readonly onChange: (actions: readonly Action[]) => void;
}

export function ActionsForm({ actions, at, onChange }: Props) {
  const t = useText();
  const styles = usePartStyles();
  const { document, readOnly, problems } = useEditor();
  const offered = addable(actions, isTenant(document));
  return (
    <div className={styles.stack}>
      {actions.length === 0 ? <Text>{t("settings.policy.no_actions")}</Text> : null}
      {actions.map((action, index) => {
        const place = `${at}[${index.toString()}]`;
        return (
          <OneAction
            key={`${index.toString()} ${action.type}`}
            action={action}
            at={place}
            problem={problems.find((one) => one.at === place || one.at === `${place}.type`)?.problem ?? ""}
            readOnly={readOnly}
            onChange={(next) => {
              onChange(actions.with(index, next));
            }}
            onRemove={() => {
              onChange(actions.toSpliced(index, 1));
            }}
          />
        );
      })}
      {readOnly ? null : (
        <div>
          <Menu>
            <MenuTrigger disableButtonEnhancement>
              <MenuButton icon={<AddRegular />}>{t("settings.policy.add_action")}</MenuButton>
            </MenuTrigger>
            <MenuPopover>
              <MenuList>
                {offered.map((kind) => (
                  <MenuItem
                    key={kind}
                    onClick={() => {
                      onChange([...actions, newAction(kind)]);
                    }}
                  >
                    {t(ACTIONS[kind].title)}
                  </MenuItem>
                ))}
              </MenuList>
            </MenuPopover>
          </Menu>
        </div>
      )}
    </div>
  );
}

interface OneProps {
  readonly action: Action;
  readonly at: string;
  readonly problem: string;
  readonly readOnly: boolean;
  readonly onChange: (next: Action) => void;
  readonly onRemove: () => void;
}

function OneAction({ action, at, problem, readOnly, onChange, onRemove }: OneProps) {
  const t = useText();
  const styles = useStyles();
  const form = ACTIONS[action.type];
  const name = t(form.title);
  return (
    <div role="group" aria-label={name} className={styles.action}>
      <div className={styles.head}>
        <Subtitle2 as="h3" className={styles.title}>
          {name}
        </Subtitle2>
        {readOnly ? null : (
          <Button appearance="subtle" icon={<DeleteRegular />} aria-label={t("policies.texts.remove", { name })} onClick={onRemove} />
        )}
      </div>
      {form.hint ? <Text size={200}>{t(form.hint)}</Text> : null}
      {problem ? (
        <MessageBar intent="error">
          <MessageBarBody>{problem}</MessageBarBody>
        </MessageBar>
      ) : null}
      <FieldForm form={form} value={action} at={at} onChange={onChange} />
    </div>
  );
}
