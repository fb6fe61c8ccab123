/** Days as the date fields of this page have them, and moments as the API has them; days are the browser's. */

/** The beginning of a day, or of the one after it; null for no day. */
export function momentOf(day: string, after = 0): string | null {
  const [year, month, date] = day.split("-").map(Number);
  if (!year || !month || !date) return null;
  const moment = new Date(year, month - 1, date + after);
  return Number.isNaN(moment.getTime()) ? null : moment.toISOString();
}

/** The day of a moment; with `before` the last one that ends at or before it. */
export function dayOf(moment: string | null, before = false): string {
  if (!moment) return "";
  const date = new Date(new Date(moment).getTime() - (before ? 1 : 0));
  const two = (number: number) => number.toString().padStart(2, "0");
  return `${date.getFullYear().toString()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
}
