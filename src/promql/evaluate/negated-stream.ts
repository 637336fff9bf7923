/** Unary minus on a vector. */
import { FLOAT, HISTOGRAM } from "./step-column.ts";
import { DerivedStream } from "./vector-stream.ts";

export class NegatedStream extends DerivedStream {
  override advance(): boolean {
    if (!this.input.advance()) return false;
    const { kinds, values } = this.input.column;
    for (let step = 0; step < kinds.length; step++) {
      if (kinds[step] === FLOAT) {
        values[step] = -values[step]!;
      } else if (kinds[step] === HISTOGRAM) {
        const histogram = this.input.column.histogramAt(step);
        this.input.column.setHistogram(step, histogram.copy().multiply(-1));
      }
    }
    return true;
  }
}
