/**
 * What must be there: series that are written between the damaged bodies and kept in plain arrays,
 * and asked for afterwards.
 *
 * Units: times are milliseconds since the epoch.
 */
import snappy from "snappyjs";
import { WriteRequestEncoder } from "../../src/wire/remote-write-encode.ts";

const SERIES_COUNT = 50;
const STEP_MS = 10;
const RANGE = "6h";

interface MatrixReply {
  readonly data: {
    readonly result: readonly {
      readonly metric: Readonly<Record<string, string>>;
      readonly values: readonly (readonly [number, string])[];
    }[];
  };
}

export class Truth {
  private readonly encoder = new WriteRequestEncoder();
  private readonly times: number[] = [];
  private readonly values: number[][] = Array.from({ length: SERIES_COUNT }, () => []);
  private timeMs: number;

  constructor(nowMs: number) {
    this.timeMs = nowMs - 3_600_000;
  }

  /** The next request: one sample of every series, later than all before. */
  nextBody(): Uint8Array {
    this.timeMs += STEP_MS;
    this.encoder.clear();
    for (let s = 0; s < SERIES_COUNT; s++) {
      this.encoder.beginSeries();
      this.encoder.label("__name__", "truth");
      this.encoder.label("s", String(s));
      this.encoder.sample(this.timeMs, this.times.length * 31 + s);
      this.encoder.endSeries();
    }
    return snappy.compress(this.encoder.finish());
  }

  /** The request was answered with success: its samples must be there from now on. */
  accepted(): void {
    for (const [s, values] of this.values.entries()) values.push(this.times.length * 31 + s);
    this.times.push(this.timeMs);
  }

  get sampleCount(): number {
    return this.times.length * SERIES_COUNT;
  }

  /** What differs between the service's answer and the model; [] when nothing does. */
  async differences(origin: string, nowMs: number): Promise<string[]> {
    const form = new URLSearchParams({ query: `truth[${RANGE}]`, time: String(nowMs / 1000) });
    const answer = await fetch(`${origin}/api/v1/query`, { method: "POST", body: form });
    const text = await answer.text();
    if (!answer.ok) return [`the query was answered with ${answer.status}: ${text.slice(0, 200)}`];
    const { result } = (JSON.parse(text) as MatrixReply).data;
    const found: string[] = [];
    if (result.length !== SERIES_COUNT) found.push(`${result.length} series of ${SERIES_COUNT}`);
    for (const { metric, values } of result) {
      const wanted = this.values[Number(metric["s"])] ?? [];
      const shown = values.map(([time, value]) => `${Math.round(time * 1000)}:${value}`).join(" ");
      const expected = wanted.map((value, i) => `${this.times[i]}:${value}`).join(" ");
      if (shown !== expected || Object.keys(metric).length !== 2) {
        found.push(`${JSON.stringify(metric)}: ${values.length} samples of ${wanted.length}`);
      }
    }
    return found;
  }
}
