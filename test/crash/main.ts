/**
 * `npm run drill:crash`: 200 kills of the built program, or CRASH_ROUNDS of them. The seed is
 * printed; CRASH_SEED gives it. Exit code 1 with what was wrong.
 */
import { join } from "node:path";
import { runCrashDrill } from "./crash-drill.ts";

const rounds = Number(process.env["CRASH_ROUNDS"] ?? 200);
const seed = Number(process.env["CRASH_SEED"] ?? Date.now() % 1_000_000);
const program = join(import.meta.dirname, "..", "..", "dist", "main.js");
console.log(`${rounds} rounds, CRASH_SEED=${seed}`);
const result = await runCrashDrill({
  rounds,
  seed,
  command: [process.execPath, program],
  log: (line) => console.log(line),
});
console.log(JSON.stringify(result));
