/** Several controls under one label: they are named by themselves, and the label names the group. */
import { FieldContextProvider, type FieldControlProps } from "@fluentui/react-components";
import type { ReactNode } from "react";

interface Props {
  readonly props: FieldControlProps;
  readonly className?: string;
  readonly children: ReactNode;
}

export function ControlGroup({ props, className, children }: Props) {
  const { id, "aria-labelledby": labelledBy, "aria-describedby": describedBy } = props;
  return (
    <div role="group" id={id} aria-labelledby={labelledBy} aria-describedby={describedBy} {...(className ? { className } : {})}>
      {/* Otherwise each control would take the field's id and label for its own. */}
      <FieldContextProvider value={undefined}>{children}</FieldContextProvider>
    </div>
  );
}
