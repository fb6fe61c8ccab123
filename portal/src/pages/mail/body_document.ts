/**
 * A stranger's HTML as the document of a sandboxed frame.
 *
 * The fence is the frame: no scripts, no forms, no origin, and a policy of its own that loads nothing from anywhere. What
 * is taken out here besides is what would only show as broken, and links are made to open in a window of their own.
 */

/** The frame's sandbox: links may open windows, which are ordinary ones; nothing else is given. */
export const SANDBOX = "allow-popups allow-popups-to-escape-sandbox";

const GONE = "script, noscript, iframe, frame, frameset, object, embed, applet, base, meta, link, template, title";
const LINK_SCHEMES: ReadonlySet<string> = new Set(["http:", "https:", "mailto:", "tel:"]);
const STYLE =
  "html{color-scheme:light;background:#fff}" +
  "body{margin:12px;font-family:'Segoe UI','Hiragino Sans','Noto Sans JP','Yu Gothic UI',Meiryo,sans-serif;" +
  "font-size:14px;line-height:1.6;color:#242424;overflow-wrap:anywhere}img{max-width:100%;height:auto}";

/** What the frame may load: styles in the text itself, pictures in it, and others only where the reader asked. */
export function framePolicy(pictures: boolean): string {
  return `default-src 'none'; style-src 'unsafe-inline'; img-src data:${pictures ? " https:" : ""}`;
}

/** The address of a link that may be followed, else `null`: no script, no file, nothing relative. */
export function safeHref(href: string): string | null {
  let url: URL;
  try {
    url = new URL(href.trim());
  } catch {
    return null;
  }
  return LINK_SCHEMES.has(url.protocol) ? url.href : null;
}

/** Whether the text names pictures that lie elsewhere. */
export function hasRemotePictures(html: string): boolean {
  return /(?:\b(?:src|srcset|background|poster)\s*=\s*["']?|url\(\s*["']?)\s*(?:https?:)?\/\//i.test(html);
}

export function bodyDocument(html: string, pictures: boolean): string {
  // A parsed document that is not shown runs nothing and loads nothing.
  const parsed = new DOMParser().parseFromString(html, "text/html");
  for (const element of parsed.querySelectorAll(GONE)) element.remove();
  for (const link of parsed.querySelectorAll("a, area")) aim(link);
  const styles = [...parsed.head.querySelectorAll("style")].map((style) => style.outerHTML).join("");
  return (
    '<!doctype html><html><head><meta charset="utf-8">' +
    `<meta http-equiv="Content-Security-Policy" content="${framePolicy(pictures)}">` +
    `<meta name="referrer" content="no-referrer"><base target="_blank"><style>${STYLE}</style>${styles}</head>` +
    `${parsed.body.outerHTML}</html>`
  );
}

/** Opens in a window of its own, which knows nothing of this one; the address shows when the pointer rests on it. */
function aim(link: Element): void {
  const href = safeHref(link.getAttribute("href") ?? "");
  for (const name of ["href", "xlink:href", "ping", "download", "target"]) link.removeAttribute(name);
  if (href === null) return;
  link.setAttribute("href", href);
  link.setAttribute("title", href);
  link.setAttribute("target", "_blank");
  link.setAttribute("rel", "noopener noreferrer");
}
