/** Asks before a page with unsaved changes is left; within the editor nothing is lost, so nothing is asked. */
import { useEffect } from "react";
import { useBlocker } from "react-router";

import { ConfirmDialog } from "../../../components/confirm_dialog";
import { useText } from "../../../text/language";

export function LeaveGuard({ dirty }: { readonly dirty: boolean }) {
  const t = useText();
  const blocker = useBlocker(({ currentLocation, nextLocation }) => {
    if (!dirty) return false;
    const scope = (search: string) => new URLSearchParams(search).get("scope");
    return currentLocation.pathname !== nextLocation.pathname || scope(currentLocation.search) !== scope(nextLocation.search);
  });
  useEffect(() => {
    if (!dirty) return undefined;
    const ask = (event: BeforeUnloadEvent) => {
      event.preventDefault();
    };
    window.addEventListener("beforeunload", ask);
    return () => {
      window.removeEventListener("beforeunload", ask);
    };
  }, [dirty]);
  return (
    <ConfirmDialog
      open={blocker.state === "blocked"}
      title={t("common.unsaved_title")}
      action={t("common.leave")}
      onConfirm={() => {
        blocker.proceed?.();
      }}
      onCancel={() => {
        blocker.reset?.();
      }}
    >
      {t("common.unsaved_text")}
    </ConfirmDialog>
  );
}
