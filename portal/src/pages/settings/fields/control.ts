/** What every control of a form is given. */
import type { FieldControlProps } from "@fluentui/react-components";

export interface ControlProps<V> {
  /** Ties the control to its label, hint and error. */
  readonly props: FieldControlProps;
  readonly label: string;
  readonly value: V;
  readonly readOnly: boolean;
  readonly onChange: (to: V) => void;
}

/** The same for what is no single input: a group of controls has a name, but no state of its own. */
export function groupProps({ id, "aria-labelledby": labelledBy, "aria-describedby": describedBy }: FieldControlProps) {
  return { id, role: "group", "aria-labelledby": labelledBy, "aria-describedby": describedBy };
}
