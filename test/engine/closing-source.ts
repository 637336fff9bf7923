/** A source whose label sets must not be read any more when their series set is closed. */
import type { PairRef, SeriesRef, SymbolRef } from "../../src/base/units.ts";
import type { BegunSeriesSet, SeriesSource } from "../../src/promql/series-source.ts";
import type { LabelReader } from "../../src/series/label-reader.ts";
import { Labels } from "../../src/series/labels.ts";

const LABELS_MAX = 64;

/** Reads labels of a set that is open, and throws when it is not. */
class OpenSet implements LabelReader {
  private readonly set: BegunSeriesSet;
  private isClosed = false;

  constructor(set: BegunSeriesSet) {
    this.set = set;
  }

  close(): void {
    this.isClosed = true;
    this.set.close();
  }

  labelCountOf(series: SeriesRef): number {
    return this.labelsOf(series).size;
  }

  pairAt(series: SeriesRef, position: number): PairRef {
    return (series * LABELS_MAX + position) as PairRef;
  }

  nameOf(pair: PairRef): SymbolRef {
    return (2 * pair) as SymbolRef;
  }

  valueOf(pair: PairRef): SymbolRef {
    return (2 * pair + 1) as SymbolRef;
  }

  textOf(symbol: SymbolRef): string {
    const pair = symbol >> 1;
    const labels = this.labelsOf(Math.floor(pair / LABELS_MAX));
    const position = pair % LABELS_MAX;
    return symbol % 2 === 0 ? labels.nameAt(position) : labels.valueAt(position);
  }

  private labelsOf(index: number): Labels {
    if (this.isClosed) throw new Error("labels are read after their series set was closed");
    return this.set.labels(index);
  }
}

function watched(set: BegunSeriesSet): BegunSeriesSet {
  const open = new OpenSet(set);
  return new Proxy(set, {
    get(target, name) {
      if (name === "labels") {
        return (index: number) => Labels.lyingIn(open, index as SeriesRef);
      }
      if (name === "close") return () => open.close();
      const member = Reflect.get(target, name, target) as unknown;
      return typeof member === "function" ? member.bind(target) : member;
    },
  });
}

/** The same source, whose sets throw when their labels are read too late. */
export function closingSource(source: SeriesSource): SeriesSource {
  return {
    select: (...of) => source.select(...of),
    begin: (...of) => watched(source.begin!(...of)),
  };
}
