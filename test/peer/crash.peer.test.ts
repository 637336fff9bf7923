/** The crash drill, short: `npm run drill:crash` is the long one. */
import { join } from "node:path";
import { expect, it } from "vitest";
import { runCrashDrill } from "../crash/crash-drill.ts";

const ROUNDS = 10;

it("loses nothing that was acknowledged to a kill at any moment, and goes on", async () => {
  const program = join(import.meta.dirname, "..", "..", "dist", "main.js");
  const command = [process.execPath, program];
  const result = await runCrashDrill({ rounds: ROUNDS, seed: 1, command, log: () => {} });
  expect(result.acknowledgedSamples).toBeGreaterThan(1000);
});
