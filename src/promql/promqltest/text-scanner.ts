/** A cursor over one line of a script, with the few ways its parsers read ahead. */

export class TextScanner {
  readonly text: string;
  position = 0;

  constructor(text: string) {
    this.text = text;
  }

  get atEnd(): boolean {
    return this.position >= this.text.length;
  }

  /** The text from the position on. */
  get rest(): string {
    return this.text.slice(this.position);
  }

  /** Takes what a sticky expression matches here, or returns null. */
  take(pattern: RegExp): string | null {
    pattern.lastIndex = this.position;
    const match = pattern.exec(this.text);
    if (!match) return null;
    this.position += match[0].length;
    return match[0];
  }

  /** Takes a literal text when it stands here. */
  accept(literal: string): boolean {
    if (!this.text.startsWith(literal, this.position)) return false;
    this.position += literal.length;
    return true;
  }

  /** Takes a literal text or fails. */
  expect(literal: string): void {
    if (!this.accept(literal)) this.fail(`expected ${literal}`);
  }

  /** Fails at the position. */
  fail(problem: string): never {
    throw new Error(`${problem} at "${this.rest.slice(0, 20)}"`);
  }
}

const BLANKS = /[ \t]*/y;

/** Skips spaces and tabs. */
export function skipBlanks(scanner: TextScanner): void {
  scanner.take(BLANKS);
}
