/**
 * A service whose clock a test moves ahead, so that a day of purges goes by in a minute: the
 * process reads how far its clocks are off from a file.
 *
 * I1  Wall and monotonic clock move together, so the service sees time pass and no step of a clock.
 * I2  The clock never goes back: the file's number may only rise.
 *
 * Units: …Ms milliseconds; a negative shift is in the past.
 */
import { renameSync, writeFileSync } from "node:fs";

/** How often the process looks into the file. */
const LOOK_MS = 10;

/** Runs in the process, before the program. */
function shiftClocks(file: string): string {
  return `
    import { readFileSync } from "node:fs";
    const now = Date.now, monotonic = performance.now.bind(performance);
    const read = () => Number(readFileSync(${JSON.stringify(file)}, "utf8"));
    const first = read();
    let shift = first;
    setInterval(() => { shift = read(); }, ${LOOK_MS}).unref();
    Date.now = () => now() + shift;
    performance.now = () => monotonic() + shift - first;
  `;
}

export class ShiftedClock {
  private readonly file: string;
  private shift: number;

  constructor(file: string, shiftMs: number) {
    this.file = file;
    this.shift = shiftMs;
    this.write();
  }

  /** What the process is to be started with. */
  get nodeFlags(): readonly string[] {
    return ["--import", `data:text/javascript,${encodeURIComponent(shiftClocks(this.file))}`];
  }

  get shiftMs(): number {
    return this.shift;
  }

  set shiftMs(shiftMs: number) {
    if (shiftMs < this.shift) throw new Error("the clock would go back");
    this.shift = shiftMs;
    this.write();
  }

  private write(): void {
    writeFileSync(`${this.file}.new`, String(this.shift));
    renameSync(`${this.file}.new`, this.file);
  }
}
