/** Days and moments as fields have them (`2026-04-01`), in the browser's time zone, and the moments that they mean in UTC. */

const DAY_MS = 86_400_000;

function two(number: number): string {
  return number.toString().padStart(2, "0");
}

export function dayOf(moment: Date): string {
  return `${moment.getFullYear().toString()}-${two(moment.getMonth() + 1)}-${two(moment.getDate())}`;
}

/** The day `count` days before now. */
export function daysAgo(count: number): string {
  return dayOf(new Date(Date.now() - count * DAY_MS));
}

function midnight(day: string, later: number): string | undefined {
  const parts = /^(\d{4})-(\d{2})-(\d{2})$/.exec(day);
  if (!parts) return undefined;
  return new Date(Number(parts[1]), Number(parts[2]) - 1, Number(parts[3]) + later).toISOString();
}

/** When the day begins, in UTC; nothing for what is no day. */
export function dayStart(day: string): string | undefined {
  return midnight(day, 0);
}

/** When the day after begins: the end of a range that takes the day in. */
export function dayEnd(day: string): string | undefined {
  return midnight(day, 1);
}

/** A moment as a field for date and time has it (`2026-04-01T09:30`), in the browser's time zone; empty for what is none. */
export function momentOf(iso: string): string {
  const moment = new Date(iso);
  if (Number.isNaN(moment.getTime())) return "";
  return `${dayOf(moment)}T${two(moment.getHours())}:${two(moment.getMinutes())}`;
}

/** The moment, in UTC, that such a field means; nothing for what is none. */
export function isoOf(typed: string): string | undefined {
  const moment = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}/.test(typed) ? new Date(typed) : undefined;
  return moment && !Number.isNaN(moment.getTime()) ? moment.toISOString() : undefined;
}
