/**
 * A million mutated request bodies against snappyjs and protobufjs: same verdict, same samples.
 *
 *   npm run fuzz:wire -- [--runs 1000000] [--seed 1]
 */
import { parseArgs } from "node:util";
import { START_MS, storeAt } from "../test/engine/store-fixtures.ts";
import { fuzzBodies } from "../test/wire/body-fuzz.ts";

const ROUND = 20_000;
const { values: options } = parseArgs({
  options: {
    runs: { type: "string", default: "1000000" },
    seed: { type: "string", default: "1" },
  },
});

const total = Number(options.runs);
const sums = { accepted: 0, refusedSnappy: 0, refusedProtobuf: 0, knownSeries: 0 };
for (let done = 0; done < total; done += ROUND) {
  const { store } = storeAt(START_MS);
  const counts = fuzzBodies(store, START_MS, ROUND, Number(options.seed) + done);
  sums.accepted += counts.accepted;
  sums.refusedSnappy += counts.refusedSnappy;
  sums.refusedProtobuf += counts.refusedProtobuf;
  sums.knownSeries += counts.knownSeries;
}
console.log(`${total} bodies, no difference:`, JSON.stringify(sums));
