/**
 * Where the values of a result's series lie: many series in one buffer, since V8's collections look
 * at each buffer there is.
 *
 * I1  What is given out is nobody else's and all zero; it keeps its page.
 *
 * Units: lengths are values.
 */

/** Length of the first page and of a page, unless one series has more. */
const FIRST_LENGTH = 1024;
const PAGE_LENGTH = 32 * 1024;

type Column<Of> = Of & { subarray(from: number, to: number): Of };

class Pages<Of extends { readonly length: number }> {
  private readonly make: (length: number) => Column<Of>;
  private page: Column<Of>;
  private used = 0;
  private nextLength = FIRST_LENGTH;

  constructor(make: (length: number) => Column<Of>) {
    this.make = make;
    this.page = make(0);
  }

  take(length: number): Of {
    if (this.used + length > this.page.length) {
      this.page = this.make(Math.max(length, this.nextLength));
      this.nextLength = Math.min(PAGE_LENGTH, 2 * this.nextLength);
      this.used = 0;
    }
    const from = this.used;
    this.used += length;
    return this.page.subarray(from, this.used);
  }
}

export class ResultPages {
  private readonly floats = new Pages((length) => new Float64Array(length));
  private readonly bytes = new Pages((length) => new Uint8Array(length));

  /** Room for doubles. */
  takeFloats(length: number): Float64Array {
    return this.floats.take(length);
  }

  /** Room for bytes. */
  takeBytes(length: number): Uint8Array {
    return this.bytes.take(length);
  }
}
