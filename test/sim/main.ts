/**
 * `npm run sim`: simulated lives of the store on a disk that fails, until the time is over or one
 * goes wrong. Exit code 1 then, with the seed; SIM_SEED=N lives through that seed alone.
 *
 *   npm run sim                        10 minutes
 *   SIM_MINUTES=1 npm run sim
 *   SIM_SEED=42 npm run sim            every disk operation of this seed
 */
import { systemClock } from "../../src/base/clock.ts";
import { liveThrough } from "./campaign.ts";

const STEPS = 60;
const MINUTE_MS = 60_000;
/** Far from those of the tests. */
const FIRST_SEED = 1_000_000;

async function runOne(seed: number, stride: number): Promise<boolean> {
  const { lives, samples, fault } = await liveThrough(seed, STEPS, stride);
  console.log(fault ?? `seed ${seed}: ${lives} lives, ${samples} samples sent: all as promised`);
  return fault === null;
}

async function main(): Promise<number> {
  const { SIM_SEED: given, SIM_MINUTES: minutes = "10" } = process.env;
  if (given !== undefined) return (await runOne(Number(given), 1)) ? 0 : 1;
  const endMs = systemClock.monotonicMs() + Number(minutes) * MINUTE_MS;
  const first = FIRST_SEED + Math.floor(systemClock.nowMs() % FIRST_SEED);
  for (let seed = first; systemClock.monotonicMs() < endMs; seed++) {
    if (!(await runOne(seed, 7))) return 1;
  }
  return 0;
}

process.exitCode = await main();
