/** A day of a report in few letters, for an axis. It has no time zone any more: it was counted in the tenant's. */
export function dayName(day: string, language: string): string {
  return new Date(`${day}T00:00:00Z`).toLocaleDateString(language, { month: "numeric", day: "numeric", timeZone: "UTC" });
}
