/**
 * What a drill found, in words that are chosen by its figures.
 *
 * Units: MiB in the texts; hours from the start of the simulation unless "after the restart".
 */
import type { DrillResult } from "./drill.ts";
import { drillFigures, HIGH_RATIO, type RunFigures } from "./figures.ts";
import { forecastDifference } from "./forecast-check.ts";
import { type Policy, policyName } from "./policies.ts";
import { gapOf } from "./reading.ts";
import { NO_RESTART } from "./run-policy.ts";
import { expiryHour } from "./scenario.ts";
import { mib } from "./table.ts";

/** Gap against the normal one, below which a run passes for one that was not restarted. */
const LIKE_NORMAL = 1.15;
const CLOSE_TO_NORMAL = 2;
/** Purges to come whose gaps the text names. */
const FORECASTS_SHOWN = 3;

/** The conclusions, one paragraph each. */
export function conclusions(result: DrillResult): string[] {
  const figures = drillFigures(result);
  const restarted = figures.filter(({ name }) => name !== NO_RESTART);
  return [
    normalText(result),
    ...restarted.map((one) => verdict(result, one)),
    ...factorTexts(result, restarted),
    ...symptomTexts(restarted),
    forecastText(result),
  ];
}

/** What the forecast was worth, run by run. */
function forecastText({ runs, scenario }: DrillResult): string {
  const checked = runs.filter(({ forecast }) => forecast.length > 0);
  const largest = Math.max(...checked.map(({ forecast }) => forecastDifference(forecast)));
  const gaps = checked.map(({ name, forecast }) => {
    const next = forecast.slice(0, FORECASTS_SHOWN).map((check) => mib(check.happenedBytes));
    return `${name} ${next.join(", ")}`;
  });
  return (
    `Forecast at hour ${scenario.hours}, then ingestion stopped: the gap after each coming purge ` +
    `differed from its forecast by at most ${largest} bytes in ${checked.length} runs. ` +
    `The first ${FORECASTS_SHOWN}, in MiB: ${gaps.join("; ")}.`
  );
}

function normalText(result: DrillResult): string {
  const { scenario, before, runs } = result;
  const usual = runs.find(({ name }) => name === NO_RESTART)!.readings;
  const gaps = usual.map(gapOf);
  const last = before.readings.at(-1)!;
  const part = (100 * gapOf(last)) / last.inuseBytes;
  return (
    `Without a restart the gap lies between ${mib(Math.min(...gaps))} and ` +
    `${mib(Math.max(...gaps))} MiB in hours ${scenario.restartHour + 1} to ${scenario.hours}; ` +
    `at hour ${scenario.restartHour} it is ${mib(gapOf(last))} MiB, ${part.toFixed(1)}% of ` +
    'heap_inuse. "Normal" below is this run at the same hours.'
  );
}

function verdict(result: DrillResult, one: RunFigures): string {
  const { scenario } = result;
  const expiry = expiryHour(scenario);
  const held =
    expiry <= scenario.hours
      ? `until the last restored chunk is dropped at hour ${expiry}`
      : `until the drill ends at hour ${scenario.hours}`;
  const times = `${one.gapRatio.toFixed(1)} times the normal gap on average ${held}`;
  const peak = `highest ${mib(one.gap.peakBytes)} MiB at hour ${one.gap.peakHour}`;
  if (one.gapRatio < LIKE_NORMAL) {
    return `${one.name} looks as if there had been no restart: ${times}, ${peak}.`;
  }
  if (one.gapRatio < CLOSE_TO_NORMAL) {
    return `${one.name} stays close to normal: ${times}, ${peak}.`;
  }
  const found = `${one.name} fragments the heap: ${times}, ${peak}.`;
  return `${found} ${afterwards(one, expiry)} ${causes(one)}`;
}

function afterwards(one: RunFigures, expiry: number): string {
  const { lastHighHour, laterGapRatio } = one;
  const high = `above ${HIGH_RATIO} times the normal gap`;
  const later =
    laterGapRatio === null
      ? "The drill ends before the last restored chunk is dropped."
      : `After hour ${expiry} it is ${laterGapRatio.toFixed(1)} times the normal gap.`;
  if (lastHighHour === null) return `It is at no hour ${high}. ${later}`;
  return `It is ${high} for the last time at hour ${lastHighHour}. ${later}`;
}

function causes(one: RunFigures): string {
  const windows = `${one.windowsPerSpan.toFixed(1)} windows`;
  const parts = [`After the restore its spans hold chunks of ${windows} on average`];
  if ((one.garbageBytes ?? 0) > 0) parts.push(`restoring left ${mib(one.garbageBytes)} MiB dead`);
  if (one.unaskedRatio > 0) {
    const percent = (100 * one.unaskedRatio).toFixed(0);
    parts.push(`${percent}% of its largest gap lies in classes that ingestion never asks for`);
  }
  return `${parts.join("; ")}.`;
}

interface Factor {
  /** What the policies of a group share. */
  readonly sharedBy: (policy: Policy) => string;
  readonly title: string;
}

const FACTORS: readonly Factor[] = [
  {
    title: "The order of the chunks alone",
    sharedBy: (policy) => policyName({ ...policy, order: "time" }).replace("+time", ""),
  },
  {
    title: "The capacity of the restored slices alone",
    sharedBy: ({ order, copies, compacts }) =>
      `${order} order${copies ? " with a copy" : ""}${compacts ? ", compacted" : ""}`,
  },
  {
    title: "A temporary buffer for each chunk alone",
    sharedBy: (policy) => policyName({ ...policy, copies: false }),
  },
  {
    title: "Compaction alone",
    sharedBy: (policy) => policyName({ ...policy, compacts: false }),
  },
];

/** Policies that differ in one thing, side by side. */
function factorTexts(result: DrillResult, figures: readonly RunFigures[]): string[] {
  const ratioOf = new Map(figures.map(({ name, gapRatio }) => [name, gapRatio]));
  return FACTORS.flatMap(({ title, sharedBy }) => {
    const groups = new Map<string, string[]>();
    for (const { policy, name } of result.runs) {
      if (policy === null) continue;
      const key = sharedBy(policy);
      groups.set(key, [...(groups.get(key) ?? []), name]);
    }
    const texts = [...groups]
      .filter(([, names]) => names.length > 1)
      .map(([shared, names]) => `${shared}: ${comparison(names, ratioOf)}`);
    return texts.length === 0 ? [] : [`${title} (times the normal gap). ${texts.join("; ")}.`];
  });
}

function comparison(names: readonly string[], ratioOf: ReadonlyMap<string, number>): string {
  return names
    .map((name) => ({ name, ratio: ratioOf.get(name) ?? Number.NaN }))
    .sort((a, b) => a.ratio - b.ratio)
    .map(({ name, ratio }) => `${name} ${ratio.toFixed(1)}`)
    .join(", ");
}

/** What an operator would have seen of the worst policy, and where nothing is to be seen. */
function symptomTexts(figures: readonly RunFigures[]): string[] {
  const [first, ...rest] = figures;
  if (first === undefined) return [];
  const worst = rest.reduce((high, one) => (one.gapRatio > high.gapRatio ? one : high), first);
  if (worst.gapRatio < CLOSE_TO_NORMAL) return [];
  const start = worst.gap.restoredBytes ?? worst.gap.beforeBytes;
  const changes = worst.profileDifferenceBytes.filter((bytes) => bytes !== null);
  const largest = Math.max(...changes, 0);
  return [
    `What is noticed first with ${worst.name}: heap_inuse climbs for ${worst.inuse.climbHours} ` +
      `hours after the restart, heap_sys - heap_released for ${worst.retained.climbHours}.`,
    `Why a heap profile does not find it: the gap grows from ${mib(start)} to ` +
      `${mib(worst.gap.peakBytes)} MiB, while inuse_space, compared whole windows apart, is ` +
      `never more than ${mib(largest)} MiB above that before the restart: no more is live than ` +
      "was, it lies on more pages.",
  ];
}
