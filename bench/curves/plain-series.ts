/** Series of one metric that differ in one label, put into a store without the way through HTTP. */
import type { SeriesRef } from "../../src/base/units.ts";
import type { Store } from "../../src/engine/store.ts";
import { AppendCode } from "../../src/series/append-code.ts";
import { NO_KEY } from "../../src/series/series-keys.ts";
import { WriteRequestEncoder } from "../../src/wire/remote-write-encode.ts";

const FIELDS_BYTES_MAX = 4096;

export class PlainSeries {
  private readonly store: Store;
  private readonly encoder = new WriteRequestEncoder();
  private readonly fields = new Uint8Array(FIELDS_BYTES_MAX);
  private readonly value = new Float64Array(1);
  private readonly words = new Uint32Array(this.value.buffer);

  constructor(store: Store) {
    this.store = store;
  }

  /** The series of a client; made when it is new. */
  add(client: string): SeriesRef {
    this.encoder.clear();
    this.encoder.label("__name__", "requests_total");
    this.encoder.label("client", client);
    this.encoder.label("instance", "10.24.0.10:9090");
    this.encoder.label("job", "gateway");
    this.encoder.copyTo(this.fields, 0);
    const { index } = this.store.head;
    return index.keys.seriesOf(index.intern(this.fields, 0, this.encoder.length, NO_KEY, true));
  }

  append(series: SeriesRef, timeMs: number, value: number): void {
    this.value[0] = value;
    const code = this.store.head.append(series, timeMs, this.words[1]!, this.words[0]!);
    if (code !== AppendCode.stored) throw new Error(`sample refused with code ${code}`);
  }
}
