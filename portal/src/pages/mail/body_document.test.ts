import { expect, test } from "vitest";

import { framePolicy, hasRemotePictures, safeHref, SANDBOX } from "./body_document";

test.each([
  ["https://aozora.example/a?b=c", "https://aozora.example/a?b=c"],
  [" http://aozora.example ", "http://aozora.example/"],
  ["mailto:tanaka@hoshizora.example", "mailto:tanaka@hoshizora.example"],
  ["javascript:alert(1)", null],
  [" java\nscript:alert(1)", null],
  ["data:text/html,<b>", null],
  ["file:///etc/passwd", null],
  ["/held", null],
  ["//evil.example/", null],
  ["#part", null],
  ["", null],
])("a link to %j leads to %j", (href, wanted) => {
  expect(safeHref(href)).toBe(wanted);
});

test.each([
  ['<img src="https://track.example/1.gif">', true],
  ["<img src=http://track.example/1.gif>", true],
  ['<td background="//track.example/1.gif">', true],
  ["<p style=\"background:url('https://track.example/1.gif')\">", true],
  ['<img src="data:image/gif;base64,AAAA">', false],
  ['<img src="cid:logo">', false],
  ['<a href="https://aozora.example/">', false],
])("%s names a picture elsewhere: %s", (html, wanted) => {
  expect(hasRemotePictures(html)).toBe(wanted);
});

test("the frame loads nothing from elsewhere until pictures are asked for, and then pictures alone", () => {
  expect(framePolicy(false)).toBe("default-src 'none'; style-src 'unsafe-inline'; img-src data:");
  expect(framePolicy(true)).toBe("default-src 'none'; style-src 'unsafe-inline'; img-src data: https:");
});

test("the frame has neither scripts nor forms nor an origin", () => {
  expect(SANDBOX).not.toMatch(/allow-(scripts|same-origin|forms|top-navigation|modals|downloads)/);
});
