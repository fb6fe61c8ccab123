/** The list with dragging, loaded when it is first shown: dnd-kit is of use nowhere else. */
import { lazy } from "react";

// `lazy` forgets that the component is generic.
export const SortableList = lazy(() => import("./sortable_list")) as unknown as (typeof import("./sortable_list"))["default"];
