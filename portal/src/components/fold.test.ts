import { expect, test } from "vitest";

import { fold } from "./fold";

test.each([
  ["full-width Latin", "ＡＢＣ", "abc"],
  ["half-width katakana", "ﾐﾂﾓﾘ", "ミツモリ"],
  ["circled digits", "①", "1"],
])("%s is found by its plain form", (_, written, wanted) => {
  expect(fold(written)).toBe(wanted);
});
