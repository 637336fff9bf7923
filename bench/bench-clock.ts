/**
 * A clock of a bench's own: it goes as the machine's does and starts at a fixed moment, for the
 * bench and for the server, so that no bench depends on the time of day at which it is run.
 *
 * I1  Bench and server see the same time, as long as the server is started with `nodeOption`.
 *
 * Units: …Ms milliseconds.
 */

/** Far from both ends of a window of 4 hours: farther than any bench takes. */
export const MID_WINDOW_MS = Date.UTC(2026, 10, 23, 2);

/** A loader hook that makes a Node program see another time, from now on at the usual speed. */
export function clockOption(offsetMs: number): string {
  const code = `const now=Date.now;Date.now=()=>now()+${offsetMs};`;
  return `--import=data:text/javascript,${encodeURIComponent(code)}`;
}

export class BenchClock {
  private readonly offsetMs: number;

  /** `startMs` is the time at this moment. */
  constructor(startMs: number) {
    this.offsetMs = startMs - Date.now();
  }

  /** What the option of a server's Node is. */
  get nodeOption(): string {
    return clockOption(this.offsetMs);
  }

  nowMs(): number {
    return Date.now() + this.offsetMs;
  }
}
