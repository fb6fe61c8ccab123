/** The period of a report, kept in the page's address; the last thirty days where it names none. */
import { daysAgo } from "../../components/days";

export interface Range {
  readonly since: string;
  readonly until: string;
}

export const PRESETS = [7, 30, 90] as const;
const DEFAULT_DAYS = 30;
const MOST_DAYS = 100;
const DAY_MS = 86_400_000;

/** The last `days` days, today among them. */
export function lastDays(days: number): Range {
  return { since: daysAgo(days - 1), until: daysAgo(0) };
}

export function rangeOf(since: string, until: string): Range {
  return isRange({ since, until }) ? { since, until } : lastDays(DEFAULT_DAYS);
}

export function isRange({ since, until }: Range): boolean {
  const days = (Date.parse(until) - Date.parse(since)) / DAY_MS;
  return days >= 0 && days < MOST_DAYS;
}

/** How many days it has if it ends today, for telling a preset from a period of one's own. */
export function presetOf(range: Range): number | undefined {
  return PRESETS.find((days) => {
    const preset = lastDays(days);
    return preset.since === range.since && preset.until === range.until;
  });
}
