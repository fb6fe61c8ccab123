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
