/** Several address lists or groups out of those that there are. */
import { Dropdown, Option } from "@fluentui/react-components";

import { useText } from "../../../text/language";
import { useEditor } from "../draft/editor_context";
import type { ControlProps } from "./control";
import { TextsControl } from "./texts_control";

interface Props extends ControlProps<readonly string[]> {
  readonly of: "lists" | "groups";
}

export function NamesControl({ of, ...common }: Props) {
  const { props, value, readOnly, onChange } = common;
  const t = useText();
  const { names } = useEditor();
  const offered = names[of];
  // Who may not list groups can still name one.
  if (of === "groups" && offered.length === 0) return <TextsControl {...common} addresses={false} />;
  const unknown = value.filter((id) => !offered.some((one) => one.id === id));
  const textOf = (id: string) => offered.find((one) => one.id === id)?.name || id;
  return (
    <Dropdown
      {...props}
      multiselect
      disabled={readOnly}
      selectedOptions={[...value]}
      value={value.map(textOf).join(t("policies.list_comma"))}
      placeholder={offered.length > 0 ? t("policies.nothing_chosen") : t(`policies.no_${of}`)}
      onOptionSelect={(_, data) => {
        onChange(data.selectedOptions);
      }}
    >
      {unknown.map((id) => (
        <Option key={id} value={id} text={id}>
          {t("policies.unknown_name", { name: id })}
        </Option>
      ))}
      {offered.map((one) => (
        <Option key={one.id} value={one.id} text={one.name || one.id}>
          {one.name || one.id}
        </Option>
      ))}
    </Dropdown>
  );
}
