/** Keys in the kernel's memory beside a map from label bytes to series. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  FIRST_KEY,
  INPUT,
  KEY_BYTES,
  KEY_GRAIN_BYTES,
  KEYS_LIVE,
  KEYS_TO,
  NO_KEY,
  STATE,
} from "../../src/kernel/code/layout.ts";
import { Kernel } from "../../src/kernel/kernel.ts";
import { plainFunctions } from "./plain-functions.ts";

/** Hashes that meet in a few places of the table: its start, its end, whatever its size. */
const hash = fc
  .tuple(fc.constantFrom(0, 1, 5, 0x3fe, 0x3ff), fc.nat(7))
  .map(([low, high]) => ((high * 0x08000400) | low) >>> 0);
const lengths = fc.constantFrom(1, 2, 7, 40, 41, 300, 4100, 9000);
const command = fc.oneof(
  { weight: 8, arbitrary: fc.record({ kind: fc.constant("add" as const), hash, lengths }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant("drop" as const), nth: fc.nat() }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("fill" as const), count: fc.nat(900) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("clear" as const), keep: fc.nat(9) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("reserve" as const), nth: fc.nat(5000) }) },
);

interface Known {
  readonly key: number;
  readonly hash: number;
  readonly text: Buffer;
}

/** Keys of one kernel and what they should be. */
class KeysUnderTest {
  readonly kernel: Kernel;
  known: Known[] = [];
  private made = 0;

  constructor(kernel: Kernel) {
    this.kernel = kernel;
    kernel.words[KEYS_TO / 4] = FIRST_KEY;
  }

  add(hashOf: number, length: number): void {
    const { kernel } = this;
    const text = Buffer.alloc(length, this.made % 251);
    if (length >= 4) text.writeUInt32LE(this.made);
    kernel.bytes.set(text, INPUT);
    if (kernel.functions.findKey(hashOf, INPUT, length) >>> 0 !== NO_KEY) return;
    const key = kernel.functions.addKey(hashOf, INPUT, length, this.made++);
    this.known.push({ key, hash: hashOf, text });
  }

  drop(nth: number): void {
    if (this.known.length === 0) return;
    const [gone] = this.known.splice(nth % this.known.length, 1);
    this.kernel.functions.dropKey(gone!.key);
    this.kernel.bytes.set(gone!.text, INPUT);
    const found = this.kernel.functions.findKey(gone!.hash, INPUT, gone!.text.length);
    expect(found >>> 0).toBe(NO_KEY);
  }

  verify(): void {
    const { kernel } = this;
    let grains = 0;
    const ends = this.known.map(({ key, hash: hashOf, text }) => {
      kernel.bytes.set(text, INPUT);
      expect(kernel.functions.findKey(hashOf, INPUT, text.length)).toBe(key);
      const bytes = Math.ceil((KEY_BYTES + text.length) / KEY_GRAIN_BYTES) * KEY_GRAIN_BYTES;
      grains += bytes / KEY_GRAIN_BYTES;
      return [key * KEY_GRAIN_BYTES, key * KEY_GRAIN_BYTES + bytes] as const;
    });
    ends.sort(([a], [b]) => a - b);
    for (let i = 1; i < ends.length; i++)
      expect(ends[i]![0]).toBeGreaterThanOrEqual(ends[i - 1]![1]);
    const live = kernel.state[(KEYS_LIVE - STATE) / 4]!;
    expect(live).toBeGreaterThanOrEqual(grains);
  }
}

describe("keys in the kernel's memory", () => {
  it("are found by their bytes while they come and go, and lie beside each other", () => {
    fc.assert(
      fc.property(fc.array(command, { minLength: 1, maxLength: 60 }), (commands) => {
        const targets = [new Kernel(), new Kernel(plainFunctions)].map((k) => new KeysUnderTest(k));
        for (const c of commands) {
          for (const keys of targets) {
            if (c.kind === "add") keys.add(c.hash, c.lengths);
            else if (c.kind === "drop") keys.drop(c.nth);
            else if (c.kind === "reserve") keys.kernel.functions.reserveKeys(c.nth);
            else if (c.kind === "clear") while (keys.known.length > c.keep) keys.drop(c.keep);
            else for (let i = 0; i < c.count; i++) keys.add(Math.imul(i, 0x9e3779b1) >>> 0, 12);
          }
        }
        const [compiled, plain] = targets;
        compiled!.verify();
        expect(plain!.known).toEqual(compiled!.known);
        plain!.verify();
      }),
      { numRuns: 40 },
    );
  });
});
