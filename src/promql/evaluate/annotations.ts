/**
 * Warnings and infos of one query, each ending in the position it concerns.
 *
 * I1  A message counts once, wherever it arose: the position is that of the last expression in the
 *     text, as in Prometheus, where a later one replaces an earlier one.
 *
 * Texts are Prometheus' (util/annotations): "PromQL warning: …" and "PromQL info: …". The fixes of
 * non-monotonic histograms are merged into one info each, with counts and times.
 */
import { lineAndColumn } from "../parse/position.ts";

/** Where each message arose last. */
type Starts = Map<string, number>;

function keepLast(starts: Starts, message: string, start: number): void {
  const known = starts.get(message);
  if (known === undefined || known < start) starts.set(message, start);
}

export class Annotations {
  private readonly text: string;
  private readonly warningStarts: Starts = new Map();
  private readonly infoStarts: Starts = new Map();
  private readonly mergedInfos = new Map<string, { start: number; describe: () => string }>();

  /** `text` is the query, which positions refer to. */
  constructor(text: string) {
    this.text = text;
  }

  /** Adds a warning about the expression that starts at `start`. */
  warn(message: string, start: number): void {
    keepLast(this.warningStarts, message, start);
  }

  /** Adds an info about the expression that starts at `start`. */
  info(message: string, start: number): void {
    keepLast(this.infoStarts, message, start);
  }

  /** Registers an info whose text is only known at the end; one a key, again the last. */
  infoLater(key: string, start: number, describe: () => string): void {
    const known = this.mergedInfos.get(key);
    if (!known || known.start < start) this.mergedInfos.set(key, { start, describe });
  }

  get warnings(): string[] {
    return this.texts("warning", this.warningStarts);
  }

  get infos(): string[] {
    const merged = [...this.mergedInfos.values()].map(({ start, describe }): [string, number] => [
      describe(),
      start,
    ]);
    return this.texts("info", [...this.infoStarts, ...merged]);
  }

  private texts(kind: string, starts: Iterable<[string, number]>): string[] {
    return Array.from(
      starts,
      ([message, start]) => `PromQL ${kind}: ${message} (${lineAndColumn(this.text, start)})`,
    );
  }
}
