/**
 * Finds the end of a number or duration, with the same idea of a well-formed number as Prometheus'
 * lexer: at most one dot, one exponent, underscores only between digits, 0x for hexadecimal.
 */

const WORD = /[A-Za-z0-9_]/;
const DECIMAL_DIGIT = /[0-9]/;
const HEXADECIMAL_DIGIT = /[0-9a-fA-F]/;

export interface NumberScan {
  readonly isNumber: boolean;
  /** Where the scan stopped; behind the number when it is one. */
  readonly end: number;
}

class NumberScanner {
  private readonly text: string;
  private position: number;
  private dotSeen = false;
  private exponentSeen = false;
  private digit = DECIMAL_DIGIT;

  constructor(text: string, start: number) {
    this.text = text;
    this.position = start;
  }

  run(): NumberScan {
    const start = this.position;
    this.acceptPrefix();
    this.accept(/\./);
    this.accept(this.digit);
    while (this.digit.test(this.peek()) || /[._eE]/.test(this.peek())) {
      if (!this.part()) return { isNumber: false, end: this.position };
    }
    const isNumber = this.position > start && !WORD.test(this.peek());
    return { isNumber, end: this.position };
  }

  private acceptPrefix(): void {
    if (this.accept(/0/) && this.accept(/[xX]/)) {
      this.accept(/_/);
      this.digit = HEXADECIMAL_DIGIT;
    }
  }

  /** One run of digits, dot, exponent or underscore; false when it cannot stand here. */
  private part(): boolean {
    const next = this.peek();
    if (next === ".") return this.dot();
    if (next === "e" || next === "E") return this.exponent();
    if (next === "_") {
      this.position++;
      return !this.accept(/[._eE]/) && this.peek() !== "";
    }
    while (this.digit.test(this.peek())) this.position++;
    return true;
  }

  private dot(): boolean {
    this.position++;
    if (this.dotSeen) return false;
    this.dotSeen = true;
    return !this.accept(/[_.]/) && this.digit === DECIMAL_DIGIT;
  }

  private exponent(): boolean {
    this.position++;
    if (this.exponentSeen) return false;
    this.exponentSeen = true;
    this.accept(/[+-]/);
    return !this.accept(/[._eE]/) && this.peek() !== "";
  }

  private peek(): string {
    return this.text[this.position] ?? "";
  }

  private accept(set: RegExp): boolean {
    if (!set.test(this.peek())) return false;
    this.position++;
    return true;
  }
}

/** Scans the number at `start`. */
export function scanNumber(text: string, start: number): NumberScan {
  return new NumberScanner(text, start).run();
}

/**
 * End of a duration whose first digits end at `position`, or the negated offset up to which the
 * text was tried when it is not one.
 */
export function skipDurationUnits(text: string, position: number): number {
  const units = /^(?:[smhdwy]s?(?:\d+[smhdw]s?)*)/.exec(text.slice(position));
  if (!units) return -position;
  const end = position + units[0].length;
  const digits = /^\d+/.exec(text.slice(end));
  if (digits) return -(end + digits[0].length);
  const follower = text[end] ?? "";
  return WORD.test(follower) ? -(end + 1) : end;
}
