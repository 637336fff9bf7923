/**
 * The labels of an exemplar: checked and brought into the canonical form of label-bytes.ts, or read
 * back from it.
 *
 * I1  Their names and values have at most EXEMPLAR_LABELS_MAX characters together, as OpenMetrics
 *     asks; labels without a value count as absent.
 *
 * Units: offsets and lengths are bytes; a character is a code point.
 */
import { EXEMPLAR_LABELS_MAX, ExemplarCode } from "./exemplar-code.ts";
import { LabelRanges } from "./label-bytes.ts";
import { LabelCode } from "./label-codes.ts";
import { Labels } from "./labels.ts";

const decoder = new TextDecoder("utf-8", { ignoreBOM: true });

export class ExemplarLabels {
  private readonly ranges = new LabelRanges();

  /** The canonical form after a check() that found nothing wrong. */
  get bytes(): Uint8Array {
    return this.ranges.canonical;
  }

  get length(): number {
    return this.ranges.canonicalLength;
  }

  /** Checks the Label fields `bytes[from, to)`; ExemplarCode.stored when they may be stored. */
  check(bytes: Uint8Array, from: number, to: number): ExemplarCode {
    const { ranges } = this;
    const code = ranges.parse(bytes, from, to, false);
    const tooMany = code === LabelCode.tooManyLabels;
    const tooLong = code === LabelCode.nameTooLong || code === LabelCode.valueTooLong;
    if (tooMany || tooLong) return ExemplarCode.labelsTooLong;
    if (code !== LabelCode.valid) return ExemplarCode.invalidLabels;
    let characters = 0;
    for (let i = 0; i < ranges.count; i++) {
      characters += characterCount(bytes, ranges.nameFromOf(i), ranges.nameToOf(i));
      characters += characterCount(bytes, ranges.valueFromOf(i), ranges.valueToOf(i));
    }
    if (characters > EXEMPLAR_LABELS_MAX) return ExemplarCode.labelsTooLong;
    ranges.canonicalise();
    return ExemplarCode.stored;
  }

  /** The labels that canonical bytes are. */
  read(bytes: Uint8Array, length: number): Labels {
    const { ranges } = this;
    ranges.parse(bytes, 0, length, false);
    const flat: string[] = [];
    for (let i = 0; i < ranges.count; i++) {
      flat.push(decoder.decode(bytes.subarray(ranges.nameFromOf(i), ranges.nameToOf(i))));
      flat.push(decoder.decode(bytes.subarray(ranges.valueFromOf(i), ranges.valueToOf(i))));
    }
    return Labels.ofSorted(flat);
  }
}

/** Code points of UTF-8 bytes: those that do not continue one. */
function characterCount(bytes: Uint8Array, from: number, to: number): number {
  let count = 0;
  for (let i = from; i < to; i++) if ((bytes[i]! & 0xc0) !== 0x80) count++;
  return count;
}
