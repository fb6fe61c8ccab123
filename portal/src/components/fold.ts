/** Text as a search compares it: without regard to case and to full or half width, as the API's own searches do. */
export function fold(text: string): string {
  return text.normalize("NFKC").toLowerCase();
}
