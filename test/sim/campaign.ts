/**
 * Many simulated lives, each ended at many disk operations of its own.
 *
 * Units: counts.
 */
import { runScenario, type ScenarioOptions } from "./scenario.ts";

const SYNCS = ["always", "interval", "off"] as const;
const LOSSES = ["power", "kill"] as const;

export interface CampaignResult {
  readonly lives: number;
  readonly samples: number;
  /** The first life that went wrong, as it can be told to a replay; null when none did. */
  readonly fault: string | null;
}

/**
 * Lives of one seed: one to its end in every mode, then one for each `stride`-th operation that
 * the disk could have stopped at. `see` plants a bug.
 */
export async function liveThrough(
  seed: number,
  steps: number,
  stride: number,
  see?: ScenarioOptions["see"],
): Promise<CampaignResult> {
  let lives = 0;
  let samples = 0;
  for (const sync of SYNCS) {
    for (const loss of LOSSES) {
      const options = { seed, sync, loss, steps, ...(see === undefined ? {} : { see }) };
      const whole = await runScenario(options);
      lives++;
      samples += whole.samples;
      if (whole.fault !== null) return failed(options, whole.fault);
      for (let crashAt = seed % stride; crashAt < whole.operations; crashAt += stride) {
        const { fault } = await runScenario({ ...options, crashAt });
        lives++;
        if (fault !== null) return failed({ ...options, crashAt }, fault);
      }
    }
  }
  return { lives, samples, fault: null };

  function failed(options: ScenarioOptions, fault: string): CampaignResult {
    const { sync, loss, crashAt } = options;
    const place = crashAt === undefined ? "the end" : `disk operation ${crashAt}`;
    const text = `SIM_SEED=${seed}, journal.sync ${sync}, ${loss} at ${place}: ${fault}`;
    return { lives, samples, fault: text };
  }
}
