import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  dropLabels,
  keepLabels,
  withLabel,
  withLabelsOf,
} from "../../src/promql/label-operations.ts";
import { Labels } from "../../src/series/labels.ts";
import { type CountedLabels, LabelsIndex } from "../../src/series/labels-index.ts";

const text = fc.constantFrom("a", "b", "c", "ab", "");
const name = fc.constantFrom("a", "b", "c", "d", "ab");
const labels = fc.dictionary(name, text, { maxKeys: 5 }).map((record) => Labels.fromRecord(record));
const names = fc.uniqueArray(name).map((some) => new Set(some));
const counted = fc.record<CountedLabels>({
  names,
  are: fc.constantFrom("these", "others"),
});

function reduced(set: Labels, { names: listed, are }: CountedLabels): Labels {
  return are === "these" ? keepLabels(set, listed) : dropLabels(set, listed);
}

describe("an index of label sets", () => {
  it("tells them apart by the labels that count, as their texts do", () => {
    fc.assert(
      fc.property(fc.array(labels), counted, labels, (sets, which, other) => {
        const index = new LabelsIndex(which);
        const keys: string[] = [];
        for (const set of sets) {
          const key = reduced(set, which).key();
          const isNew = !keys.includes(key);
          if (isNew) keys.push(key);
          expect(index.add(set)).toBe(keys.indexOf(key));
          if (isNew) expect(index.firstOf(keys.length - 1)).toBe(set);
        }
        expect(index.count).toBe(keys.length);
        expect(index.find(other)).toBe(keys.indexOf(reduced(other, which).key()));
      }),
    );
  });

  it("counts all labels unless it is told otherwise", () => {
    fc.assert(
      fc.property(labels, labels, (one, other) => {
        const index = new LabelsIndex();
        const isSame = index.add(one) === index.add(other);
        expect(isSame).toBe(one.key() === other.key());
      }),
    );
  });
});

describe("labels taken from another set", () => {
  it("are what taking one after the other gives", () => {
    fc.assert(
      fc.property(labels, labels, names, (one, other, listed) => {
        let expected = one;
        for (const each of listed) expected = withLabel(expected, each, other.get(each));
        expect(withLabelsOf(one, other, listed).namesAndValues).toEqual(expected.namesAndValues);
      }),
    );
  });
});
