/**
 * The runtime's own records of spans, counted: MSpanInuse and MSpanSys.
 *
 * I1  The processor keeps up to 128 records at hand and draws 64 at a time when it has none, so
 *     the records counted as in use move in steps.
 * I2  Records come from 16 KiB blocks that are never given back.
 *
 * Source: mheap.allocMSpanLocked, mheap.freeMSpanLocked, fixalloc.
 *
 * Units: records.
 */
const DRAWN = 64;
const KEPT_MAX = 128;
const BLOCK_BYTES = 16384;

export class SpanRecords {
  private kept = 0;
  private outside = 0;
  private outsideMax = 0;

  /** A span is made. */
  take(): void {
    if (this.kept === 0) {
      this.kept = DRAWN;
      this.outside += DRAWN;
      if (this.outside > this.outsideMax) this.outsideMax = this.outside;
    }
    this.kept--;
  }

  /** A span is freed. */
  give(): void {
    if (this.kept < KEPT_MAX) this.kept++;
    else this.outside--;
  }

  /** MSpanInuse for records of `recordBytes`. */
  inUseBytes(recordBytes: number): number {
    return this.outside * recordBytes;
  }

  /** MSpanSys for records of `recordBytes`. */
  systemBytes(recordBytes: number): number {
    const perBlock = Math.floor(BLOCK_BYTES / recordBytes);
    return Math.ceil(this.outsideMax / perBlock) * perBlock * recordBytes;
  }

  /** Becomes equal to another. */
  copyFrom(other: SpanRecords): void {
    this.kept = other.kept;
    this.outside = other.outside;
    this.outsideMax = other.outsideMax;
  }
}
