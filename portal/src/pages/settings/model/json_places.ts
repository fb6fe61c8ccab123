/** JSON with the place of every value in its text, so that a mistake can be shown where it stands. */

export interface Located {
  readonly value: unknown;
  /** From `$.of[0].operator` to the first and last character of that value. */
  readonly places: ReadonlyMap<string, readonly [number, number]>;
}

export class JsonMistake extends Error {
  constructor(
    readonly what: "end" | "unexpected" | "text" | "double" | "deep",
    readonly at: number,
  ) {
    super(`${what} at ${at.toString()}`);
  }
}

const BLANK = /[ \t\n\r]*/y;
const WORD = /true|false|null/y;
const NUMBER = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
const TEXT = /"(?:[^"\\\u0000-\u001f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*"/y;
const DEEPEST = 200;

/** Read a text as JSON (RFC 8259). Throws `JsonMistake`. */
export function locate(text: string): Located {
  const reader = new Reader(text);
  const value = reader.value("$", 0);
  reader.blank();
  if (reader.at < text.length) throw new JsonMistake("unexpected", reader.at);
  return { value, places: reader.places };
}

/** Line and column, from 1. */
export function lineOf(text: string, at: number): { readonly line: number; readonly column: number } {
  const before = text.slice(0, at).split("\n");
  return { line: before.length, column: (before.at(-1)?.length ?? 0) + 1 };
}

class Reader {
  at = 0;
  readonly places = new Map<string, readonly [number, number]>();

  constructor(private readonly text: string) {}

  blank(): void {
    this.take(BLANK);
  }

  value(path: string, depth: number): unknown {
    if (depth > DEEPEST) throw new JsonMistake("deep", this.at);
    this.blank();
    const start = this.at;
    const value = this.bare(path, depth);
    this.places.set(path, [start, this.at]);
    return value;
  }

  private bare(path: string, depth: number): unknown {
    switch (this.text[this.at]) {
      case undefined:
        throw new JsonMistake("end", this.at);
      case "{":
        return this.object(path, depth);
      case "[":
        return this.array(path, depth);
      case '"':
        return this.string();
      default: {
        const found = this.take(WORD) || this.take(NUMBER);
        if (!found) throw new JsonMistake("unexpected", this.at);
        return JSON.parse(found) as unknown;
      }
    }
  }

  private object(path: string, depth: number): unknown {
    const found: [string, unknown][] = [];
    const seen = new Set<string>();
    this.many("}", () => {
      this.blank();
      const at = this.at;
      const name = this.string();
      if (seen.has(name)) throw new JsonMistake("double", at);
      seen.add(name);
      this.blank();
      this.need(":");
      found.push([name, this.value(`${path}.${name}`, depth + 1)]);
    });
    return Object.fromEntries(found);
  }

  private array(path: string, depth: number): unknown {
    const found: unknown[] = [];
    this.many("]", () => {
      found.push(this.value(`${path}[${found.length.toString()}]`, depth + 1));
    });
    return found;
  }

  private many(end: string, one: () => void): void {
    this.at += 1;
    this.blank();
    if (this.text[this.at] === end) {
      this.at += 1;
      return;
    }
    for (;;) {
      one();
      this.blank();
      if (this.text[this.at] === end) {
        this.at += 1;
        return;
      }
      this.need(",");
    }
  }

  private string(): string {
    if (this.at >= this.text.length) throw new JsonMistake("end", this.at);
    if (this.text[this.at] !== '"') throw new JsonMistake("unexpected", this.at);
    const found = this.take(TEXT);
    if (!found) throw new JsonMistake("text", this.at);
    return JSON.parse(found) as string;
  }

  private need(character: string): void {
    if (this.at >= this.text.length) throw new JsonMistake("end", this.at);
    if (this.text[this.at] !== character) throw new JsonMistake("unexpected", this.at);
    this.at += 1;
  }

  private take(pattern: RegExp): string {
    pattern.lastIndex = this.at;
    const found = pattern.exec(this.text)?.[0] ?? "";
    this.at += found.length;
    return found;
  }
}
