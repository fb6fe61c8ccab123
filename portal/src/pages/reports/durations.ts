/** Lengths of time in words, and the classes in which a chart shows times to a decision. */
import type { useText } from "../../text/language";

type Text = ReturnType<typeof useText>;

const MINUTE = 60;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** One unit is exact enough for a figure: `45 s`, `12 min`, `3.5 h`. */
export function durationText(seconds: number, t: Text): string {
  if (seconds < MINUTE) return t("reports.time.seconds", { count: Math.round(seconds) });
  if (seconds < HOUR) return t("reports.time.minutes", { count: Math.round(seconds / MINUTE) });
  if (seconds < DAY) return t("reports.time.hours", { count: Math.round((seconds / HOUR) * 10) / 10 });
  return t("reports.time.days", { count: Math.round((seconds / DAY) * 10) / 10 });
}

/** Upper ends; each is an upper end of the API's finer classes too. */
const SHOWN = [MINUTE, 5 * MINUTE, 15 * MINUTE, HOUR, 4 * HOUR, 12 * HOUR, DAY, 3 * DAY] as const;

interface TimeClass {
  readonly seconds: number | null;
  readonly count: number;
}

/** The API's classes, added up to the few that a chart has room for. */
export function shownClasses(classes: readonly TimeClass[], t: Text): { name: string; count: number }[] {
  const shown = [...SHOWN, Infinity].map((bound) => ({ bound, count: 0 }));
  for (const { seconds, count } of classes) {
    const place = shown.find(({ bound }) => (seconds ?? Infinity) <= bound);
    if (place) place.count += count;
  }
  return shown.map(({ bound, count }) => ({
    name: bound === Infinity ? t("reports.time.over") : t("reports.time.up_to", { time: durationText(bound, t) }),
    count,
  }));
}
