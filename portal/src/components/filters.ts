/** The state of a page's filters, kept in its address: a link or the back button brings the same list again. */
import { useCallback, useMemo } from "react";
import { useSearchParams } from "react-router";

export interface Filters<Name extends string> {
  /** Empty where not set. */
  readonly values: Readonly<Record<Name, string>>;
  /** How many are set. */
  readonly count: number;
  readonly set: (next: Partial<Record<Name, string>>) => void;
  readonly clear: () => void;
}

/** `names` are the parameters; give the same array at each call (a constant of the page's file). */
export function useFilters<const Name extends string>(names: readonly Name[]): Filters<Name> {
  const [search, setSearch] = useSearchParams();
  const values = useMemo(
    () => Object.fromEntries(names.map((name) => [name, search.get(name) ?? ""])) as Record<Name, string>,
    [names, search],
  );
  const set = useCallback(
    (next: Partial<Record<Name, string>>) => {
      setSearch((before) => {
        const after = new URLSearchParams(before);
        for (const [name, value] of Object.entries<string | undefined>(next)) {
          if (value) after.set(name, value);
          else after.delete(name);
        }
        return after;
      });
    },
    [setSearch],
  );
  const clear = useCallback(() => {
    set(Object.fromEntries(names.map((name) => [name, ""])) as Partial<Record<Name, string>>);
  }, [names, set]);
  return { values, count: names.filter((name) => values[name]).length, set, clear };
}
