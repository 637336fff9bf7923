import { describe, expect, it } from "vitest";
import { LAID_FINISHED, LAID_UNUSUAL } from "../../src/kernel/code/layout.ts";
import {
  compiledFunctions,
  Kernel,
  type KernelFunctions,
  type SharedMemory,
} from "../../src/kernel/kernel.ts";
import { Intake } from "../../src/wire/intake.ts";
import { WriteRequest2 } from "../../src/wire/write-request-2.ts";
import { literalSnappy } from "../http/write-bodies.ts";
import { plainFunctions } from "../kernel/plain-functions.ts";
import { encodeReference2 } from "./request-2-oracle.ts";
import { loadContract } from "./request-oracle.ts";

type NewFunctions = (memory: SharedMemory) => KernelFunctions;

const REQUEST_1 = loadContract("remote.proto").lookupType("prometheus.WriteRequest");
const LIMIT = 100_000;
const TIME = Date.UTC(2026, 0, 2, 12);
const LONG = "x".repeat(200);
const SYMBOLS = ["", "__name__", "wait_bucket", "job", "a\nb", "Seconds.", "Zone", LONG, "wait"];
const NAMED = [6, 4, 1, 2, 3, 4];

/** What a kernel makes of a request, and what it answers in turn meanwhile. */
function laidOut(newFunctions: NewFunctions, body: Uint8Array) {
  const answers: number[] = [];
  const kernel = new Kernel((memory) => {
    const functions = newFunctions(memory);
    const layOut = () => {
      const answer = functions.layOut();
      answers.push(answer);
      return answer;
    };
    return { ...functions, layOut };
  });
  new Intake(kernel).read2(literalSnappy(body), LIMIT);
  return { bytes: kernel.decoded!, message: read(kernel.decoded!), answers };
}

function read(message: Uint8Array): object {
  return REQUEST_1.toObject(REQUEST_1.decode(message), { longs: Number });
}

function bodyOf(...timeseries: object[]): Uint8Array {
  return encodeReference2({ symbols: SYMBOLS, timeseries });
}

const sample = { value: 1.5, timestamp: TIME };
const metadata = { type: 3, helpRef: 5 };

for (const [name, newFunctions] of [
  ["compiled", compiledFunctions],
  ["as plain TypeScript", plainFunctions],
] as const) {
  describe(`a 2.0 request laid out by the kernel, ${name}`, () => {
    it.each([
      ["one sample", { labelsRefs: NAMED, samples: [sample] }],
      ["a value of 0", { labelsRefs: NAMED, samples: [{ value: 0, timestamp: TIME }] }],
      ["several samples", { labelsRefs: NAMED, samples: [sample, { value: 2, timestamp: 7 }] }],
      ["no labels", { samples: [sample] }, "careful"],
      ["no samples", { labelsRefs: NAMED }],
      ["an empty and a long text", { labelsRefs: [1, 0, 3, 7, 7, 7], samples: [sample] }],
      ["metadata", { labelsRefs: NAMED, samples: [sample], metadata }],
      ["metadata without a name", { labelsRefs: [3, 4], samples: [sample], metadata }],
      ["empty metadata", { labelsRefs: NAMED, samples: [sample], metadata: {} }],
      ["a creation time", { labelsRefs: NAMED, samples: [sample], createdTimestamp: TIME }],
      ["a histogram", { labelsRefs: NAMED, histograms: [{ countInt: 0, timestamp: 1 }], metadata }],
      [
        "exemplars",
        {
          labelsRefs: NAMED,
          samples: [sample],
          exemplars: [{ labelsRefs: [3, 7], value: 1, timestamp: TIME }, { value: 2 }],
        },
      ],
    ])(
      "says what the careful reader says of a series with %s",
      (_what, series: object, by = "kernel") => {
        const body = bodyOf(series, series);
        const { message, answers } = laidOut(newFunctions, body);
        const careful = read(new WriteRequest2().layOut(body, LIMIT)) as { metadata?: object[] };
        if (careful.metadata !== undefined) careful.metadata.length = 1;
        expect(message).toEqual(careful);
        if (by === "kernel") expect(answers).toEqual([LAID_FINISHED]);
      },
    );

    it("leaves out start timestamps, of any size", () => {
      for (const startTimestamp of [1, TIME - 1, -5]) {
        const body = bodyOf({ labelsRefs: NAMED, samples: [{ ...sample, startTimestamp }] });
        const { bytes } = laidOut(newFunctions, body);
        const without = laidOut(newFunctions, bodyOf({ labelsRefs: NAMED, samples: [sample] }));
        expect(Buffer.compare(bytes, without.bytes)).toBe(0);
      }
    });

    it("goes on behind a field that only the careful reader knows", () => {
      const odd = { labelsRefs: NAMED, metadata: { type: 200 } };
      const usual = { labelsRefs: NAMED, samples: [sample], metadata };
      const unknown = Uint8Array.of(0x3a, 1, 0);
      const bodies = [bodyOf(usual, odd, usual), unknown, bodyOf(usual).subarray(bodyOf().length)];
      const body = new Uint8Array(Buffer.concat(bodies));
      const { message, answers } = laidOut(newFunctions, body);
      expect(message).toEqual(read(new WriteRequest2().layOut(body, LIMIT)));
      expect(answers).toEqual([LAID_UNUSUAL, LAID_UNUSUAL, LAID_FINISHED]);
    });

    it("knows symbols that stand behind the series that refers to them", () => {
      const [symbols, whole] = [bodyOf(), bodyOf({ labelsRefs: NAMED, samples: [sample] })];
      const series = whole.subarray(symbols.length);
      const body = new Uint8Array(Buffer.concat([series, symbols, series]));
      const { message } = laidOut(newFunctions, body);
      expect(message).toEqual(read(new WriteRequest2().layOut(body, LIMIT)));
    });

    it("does not pass the limit of a decoded body", () => {
      const many = Array.from({ length: 600 }, () => ({ labelsRefs: [1, 7], samples: [sample] }));
      expect(() => laidOut(newFunctions, bodyOf(...many))).toThrow(`the limit of ${LIMIT} bytes`);
    });
  });
}
