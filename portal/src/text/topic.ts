/** One topic in both languages; `ja` must have exactly the keys of `en`. */
export function topic<const E extends Readonly<Record<string, string>>>(
  en: E,
  ja: Readonly<Record<keyof E, string>>,
): { readonly en: Readonly<Record<keyof E, string>>; readonly ja: Readonly<Record<keyof E, string>> } {
  return { en, ja };
}
