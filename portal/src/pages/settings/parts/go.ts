/** Going from one part or item of the editor to another: the address says where, so that Back and links work. */
import { useCallback } from "react";
import { useSearchParams } from "react-router";

import type { Part } from "../model/types";

export function useGo(): (part: Part, item?: string) => void {
  const [, setParameters] = useSearchParams();
  return useCallback(
    (part, item = "") => {
      setParameters((before) => {
        const next = new URLSearchParams(before);
        next.set("part", part);
        if (item) next.set("item", item);
        else next.delete("item");
        return next;
      });
    },
    [setParameters],
  );
}

/** The item that is open, empty for the list. */
export function useOpenItem(): string {
  const [parameters] = useSearchParams();
  return parameters.get("item") ?? "";
}
