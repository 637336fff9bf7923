import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { JsonBytes } from "../../src/promql/result/json-bytes.ts";
import { textJson } from "../../src/promql/result/label-json.ts";
import { Labels } from "../../src/series/labels.ts";

/** Texts of every kind: plain, with escapes, beyond ASCII, no UTF-16 at all, short and long. */
const text = fc.oneof(
  fc.string({ maxLength: 200 }),
  fc.string({ unit: "binary", maxLength: 20 }),
  fc.constantFrom('"', "\\", "\u007f", "\u0000", "é", "\ud83d\ude00", "\ud83d", "x\udcff"),
  fc.nat({ max: 70_000 }).map((length) => "y".repeat(length)),
);

function written(write: (json: JsonBytes) => void): string {
  const json = new JsonBytes();
  write(json);
  return Buffer.from(json.take()).toString();
}

describe("JSON written as bytes", () => {
  it("has texts as JSON strings", () => {
    fc.assert(
      fc.property(fc.array(text, { maxLength: 5 }), (texts) => {
        const bytes = written((json) => {
          for (const one of texts) json.text(one);
        });
        expect(bytes).toBe(texts.map(textJson).join(""));
      }),
    );
  });

  it("has a label set as an object, however often a piece is full", () => {
    const record = fc.dictionary(text, text, { maxKeys: 5, noNullPrototype: true });
    fc.assert(
      fc.property(record, (given) => {
        const labels = Labels.fromRecord(given);
        const json = new JsonBytes();
        const pieces: Uint8Array[] = [];
        let at = json.labels(labels, 0);
        for (; at < labels.size; at = json.labels(labels, at)) pieces.push(json.take());
        pieces.push(json.take());
        const all = Buffer.concat(pieces).toString();
        const pairs = labels.namesAndValues.map(textJson);
        const members = pairs.flatMap((part, i) =>
          i % 2 === 0 ? [`${part}:${pairs[i + 1]}`] : [],
        );
        expect(all).toBe(`{${members.join(",")}}`);
      }),
    );
  });

  it("gives pieces that are nobody else's", () => {
    const json = new JsonBytes();
    json.ascii("a".repeat(100_000));
    expect(json.isFull).toBe(true);
    const first = json.take();
    json.ascii("b");
    const second = json.take();
    expect(first.buffer).not.toBe(second.buffer);
    expect(Buffer.from(first).toString()).toBe("a".repeat(100_000));
    expect(Buffer.from(second).toString()).toBe("b");
  });
});
