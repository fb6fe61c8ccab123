/** A list whose items are put in order: dragged by their handle, or moved by keyboard and by their menu. */
import {
  closestCenter,
  DndContext,
  type DragEndEvent,
  KeyboardSensor,
  PointerSensor,
  useSensor,
  useSensors,
} from "@dnd-kit/core";
import { SortableContext, sortableKeyboardCoordinates, useSortable, verticalListSortingStrategy } from "@dnd-kit/sortable";
import { Button, makeStyles, mergeClasses, tokens } from "@fluentui/react-components";
import { ReOrderDotsVerticalRegular } from "@fluentui/react-icons";
import type { ReactNode } from "react";

import { useText } from "../../../text/language";

const useStyles = makeStyles({
  list: { margin: 0, padding: 0, listStyleType: "none" },
  row: {
    display: "flex",
    alignItems: "center",
    gap: tokens.spacingHorizontalXS,
    minWidth: 0,
    borderBottom: `1px solid ${tokens.colorNeutralStroke3}`,
    backgroundColor: tokens.colorNeutralBackground1,
  },
  dragged: { position: "relative", zIndex: 1, boxShadow: tokens.shadow8 },
  content: { flexGrow: 1, minWidth: 0 },
  handle: { minWidth: "1.75rem", cursor: "grab", touchAction: "none" },
});

interface Props<T> {
  readonly name: string;
  readonly items: readonly T[];
  readonly idOf: (item: T) => string;
  readonly nameOf: (item: T) => string;
  readonly readOnly: boolean;
  readonly onMove: (from: number, to: number) => void;
  readonly children: (item: T, index: number) => ReactNode;
}

export default function SortableList<T>({ name, items, idOf, nameOf, readOnly, onMove, children }: Props<T>) {
  const t = useText();
  const styles = useStyles();
  const sensors = useSensors(
    useSensor(PointerSensor, { activationConstraint: { distance: 4 } }),
    useSensor(KeyboardSensor, { coordinateGetter: sortableKeyboardCoordinates }),
  );
  const ids = items.map(idOf);
  const place = (id: string | number) => ids.indexOf(String(id)) + 1;
  const named = (id: string | number) => {
    const item = items[ids.indexOf(String(id))];
    return item === undefined ? "" : nameOf(item);
  };
  const tell = (id: string | number, over: string | number | undefined) =>
    t("settings.order.over", { name: named(id), place: over === undefined ? place(id) : place(over), count: items.length });
  return (
    <DndContext
      sensors={sensors}
      collisionDetection={closestCenter}
      accessibility={{
        screenReaderInstructions: { draggable: t("settings.order.instructions") },
        announcements: {
          onDragStart: ({ active }) => t("settings.order.start", { name: named(active.id), place: place(active.id), count: items.length }),
          onDragOver: ({ active, over }) => tell(active.id, over?.id),
          onDragEnd: ({ active, over }) => tell(active.id, over?.id),
          onDragCancel: ({ active }) => t("settings.order.cancel", { name: named(active.id) }),
        },
      }}
      onDragEnd={({ active, over }: DragEndEvent) => {
        if (over && active.id !== over.id) onMove(ids.indexOf(String(active.id)), ids.indexOf(String(over.id)));
      }}
    >
      <SortableContext items={ids} strategy={verticalListSortingStrategy}>
        <ol className={styles.list} aria-label={name}>
          {items.map((item, index) => (
            <Row key={idOf(item)} id={idOf(item)} handle={t("settings.order.handle", { name: nameOf(item) })} readOnly={readOnly}>
              {children(item, index)}
            </Row>
          ))}
        </ol>
      </SortableContext>
    </DndContext>
  );
}

interface RowProps {
  readonly id: string;
  readonly handle: string;
  readonly readOnly: boolean;
  readonly children: ReactNode;
}

function Row({ id, handle, readOnly, children }: RowProps) {
  const styles = useStyles();
  const { attributes, listeners, setNodeRef, setActivatorNodeRef, transform, transition, isDragging } = useSortable({
    id,
    disabled: readOnly,
  });
  return (
    <li
      ref={setNodeRef}
      className={mergeClasses(styles.row, isDragging && styles.dragged)}
      style={{ transform: transform ? `translate3d(0, ${transform.y.toString()}px, 0)` : undefined, transition }}
    >
      {readOnly ? null : (
        <Button
          ref={setActivatorNodeRef}
          className={styles.handle}
          appearance="transparent"
          size="small"
          icon={<ReOrderDotsVerticalRegular />}
          // Of what the library says of the handle only this: it is a button already.
          aria-roledescription={attributes["aria-roledescription"]}
          aria-describedby={attributes["aria-describedby"]}
          {...listeners}
          aria-label={handle}
        />
      )}
      <div className={styles.content}>{children}</div>
    </li>
  );
}
