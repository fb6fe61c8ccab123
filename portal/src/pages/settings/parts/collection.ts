/** The items of one collection of the draft, and changes of them. */
import { useEditor } from "../draft/editor_context";
import { type Collection, type Item, newId } from "../model/new_id";

export interface CollectionEdit<C extends Collection> {
  readonly items: readonly Item<C>[];
  readonly replaceAll: (items: readonly Item<C>[]) => void;
  readonly replace: (id: string, item: Item<C>) => void;
  readonly add: (item: Item<C>) => void;
  readonly remove: (id: string) => void;
  /** Puts a copy behind the others and answers its id. */
  readonly duplicate: (item: Item<C>) => string;
  readonly freshId: () => string;
}

const BASES: Readonly<Record<Collection, string>> = { rules: "rule", policies: "policy", lists: "list", templates: "template" };

export function useCollection<C extends Collection>(collection: C): CollectionEdit<C> {
  const { document, change } = useEditor();
  // The four collections have different types of items; within one they are the same.
  const items = (document[collection] ?? []) as readonly Item<C>[];
  const replaceAll = (next: readonly Item<C>[]) => {
    change({ ...document, [collection]: next });
  };
  const freshId = () => newId(BASES[collection], items);
  return {
    items,
    replaceAll,
    freshId,
    replace: (id, item) => {
      replaceAll(items.map((one) => (one.id === id ? item : one)));
    },
    add: (item) => {
      replaceAll([...items, item]);
    },
    remove: (id) => {
      replaceAll(items.filter((one) => one.id !== id));
    },
    duplicate: (item) => {
      const id = freshId();
      replaceAll([...items, { ...item, id }]);
      return id;
    },
  };
}
