/** A moment, typed in the browser's time zone and kept in UTC; nothing where the field is empty. */
import { Input } from "@fluentui/react-components";

import { isoOf, momentOf } from "../../../components/days";
import type { ControlProps } from "./control";

interface Props extends Omit<ControlProps<string>, "onChange"> {
  readonly onChange: (to: string | null) => void;
}

export function MomentControl({ props, value, readOnly, onChange }: Props) {
  return (
    <Input
      {...props}
      type="datetime-local"
      value={momentOf(value)}
      readOnly={readOnly}
      onChange={(_, data) => {
        onChange(isoOf(data.value) ?? null);
      }}
    />
  );
}
