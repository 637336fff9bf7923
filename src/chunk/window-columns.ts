/**
 * Small numbers for the windows that hold slices now, so that figures by window are columns.
 *
 * I1  Two open windows never share a column; a closed window's column is used again.
 * I2  At most 255 windows are open at once: 64 kept, some ahead, some not yet purged.
 */
import { assert } from "../base/assert.ts";
import type { WindowNumber } from "../base/units.ts";

/** Columns that there can be. */
export const COLUMNS_MAX = 255;
const NO_COLUMN = -1;

export class WindowColumns {
  private readonly columns = new Map<WindowNumber, number>();
  private readonly windows = new Float64Array(COLUMNS_MAX);
  private readonly free: number[] = [];
  private used = 0;
  private lastWindow = Number.NaN;
  private lastColumn = NO_COLUMN;

  /** Columns in use are below this; it never falls. */
  get width(): number {
    return this.used;
  }

  /** The column of a window, opened when it has none. */
  columnOf(window: WindowNumber): number {
    if (window === this.lastWindow) return this.lastColumn;
    const column = this.columns.get(window) ?? this.open(window);
    this.lastWindow = window;
    this.lastColumn = column;
    return column;
  }

  windowOf(column: number): WindowNumber {
    return this.windows[column]! as WindowNumber;
  }

  /** Lets the column of a window that holds nothing go. */
  close(column: number): void {
    const window = this.windowOf(column);
    assert(this.columns.get(window) === column, "a closed column was open");
    this.columns.delete(window);
    this.free.push(column);
    this.lastWindow = Number.NaN;
  }

  /** The open columns, oldest window first. */
  ordered(): number[] {
    return [...this.columns.values()].sort((a, b) => this.windowOf(a) - this.windowOf(b));
  }

  private open(window: WindowNumber): number {
    const column = this.free.pop() ?? this.used++;
    assert(column < COLUMNS_MAX, "too many windows hold slices");
    this.columns.set(window, column);
    this.windows[column] = window;
    return column;
  }
}
