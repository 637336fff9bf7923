/**
 * A million mutated request bodies against snappyjs and protobufjs: same verdict, same samples; and
 * as many of remote write 2.0 against protobufjs.
 *
 *   npm run fuzz:wire -- [--runs 1000000] [--seed 1]
 */
import { parseArgs } from "node:util";
import { START_MS, storeAt } from "../test/engine/store-fixtures.ts";
import { fuzzBodies } from "../test/wire/body-fuzz.ts";
import { fuzzRequests2 } from "../test/wire/request-2-fuzz.ts";

const ROUND = 20_000;
const { values: options } = parseArgs({
  options: {
    runs: { type: "string", default: "1000000" },
    seed: { type: "string", default: "1" },
  },
});

const total = Number(options.runs);
const sums = { accepted: 0, refusedSnappy: 0, refusedProtobuf: 0, knownSeries: 0 };
const sums2 = { accepted: 0, refused: 0, knownSeries: 0, takenSeries: 0, knownFamilies: 0 };
for (let done = 0; done < total; done += ROUND) {
  const { store } = storeAt(START_MS);
  const counts = fuzzBodies(store, START_MS, ROUND, Number(options.seed) + done);
  sums.accepted += counts.accepted;
  sums.refusedSnappy += counts.refusedSnappy;
  sums.refusedProtobuf += counts.refusedProtobuf;
  sums.knownSeries += counts.knownSeries;
  const counts2 = fuzzRequests2(store, START_MS, ROUND, Number(options.seed) + done);
  sums2.accepted += counts2.accepted;
  sums2.refused += counts2.refused;
  sums2.knownSeries += counts2.knownSeries;
  sums2.takenSeries += counts2.takenSeries;
  sums2.knownFamilies += counts2.knownFamilies;
}
console.log(`${total} bodies, no difference:`, JSON.stringify(sums));
console.log(`${total} bodies of 2.0, no difference:`, JSON.stringify(sums2));
