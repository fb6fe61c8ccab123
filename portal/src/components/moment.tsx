/** A moment as people of this language write it, in the browser's time zone; the full one on hover. */
import { useLanguage } from "../text/language";

export function Moment({ at }: { readonly at: string | null | undefined }) {
  const { language } = useLanguage();
  if (!at) return null;
  const moment = new Date(at);
  const short = moment.toLocaleString(language, { dateStyle: "medium", timeStyle: "short" });
  const full = moment.toLocaleString(language, { dateStyle: "full", timeStyle: "long" });
  return (
    <time dateTime={at} title={full}>
      {short}
    </time>
  );
}
