/** A link to another page of the portal, looking as Fluent's links do. */
import { Link } from "@fluentui/react-components";
import type { ReactNode } from "react";
import { Link as RouterLink } from "react-router";

interface Props {
  readonly to: string;
  readonly className?: string | undefined;
  readonly children: ReactNode;
}

export function PageLink({ to, className, children }: Props) {
  return (
    <RouterLink to={to} style={{ textDecoration: "none" }}>
      <Link as="span" className={className}>
        {children}
      </Link>
    </RouterLink>
  );
}
