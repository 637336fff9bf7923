/**
 * `spandrel drill`: runs the drill, prints what it found, and hands it on where asked.
 *
 * Exit codes: 0 done, 1 failed or real Go differs, 2 refused flags, 130 stopped from outside.
 * However it ends, the snapshots that it made are removed.
 */
import { availableParallelism, tmpdir } from "node:os";
import { systemClock } from "../base/clock.ts";
import { NodeDisk } from "../base/disk.ts";
import { TsdbError } from "../base/errors.ts";
import { flagHelp } from "../config/flag-text.ts";
import { readCommandLine } from "../config/read-flags.ts";
import { compareWithGo, type GoComparison, usableGoVersion } from "./compare-go.ts";
import { type DrillResult, runDrill } from "./drill.ts";
import { DRILL_FLAGS, type DrillConfig, scenarioOf } from "./drill-flags.ts";
import { drillFigures } from "./figures.ts";
import { type Launch, launch } from "./launch.ts";
import { Progress } from "./progress.ts";
import { sendCurves } from "./remote-write.ts";
import type { Scenario } from "./scenario.ts";
import { conclusions } from "./summary.ts";
import { drillTables } from "./table.ts";
import { writeOutput } from "./write-output.ts";

/** Where the drill's texts go, and who can end it. */
export interface DrillIo {
  /** Takes a line of the result. */
  out(text: string): void;
  /** Takes a piece of what is shown meanwhile, newlines included. */
  progress(text: string): void;
  /** Whether `progress` is a terminal, on which lines can be rewritten. */
  readonly isTerminal: boolean;
  /** Ends the drill early. */
  readonly stop?: AbortSignal | undefined;
  /** How jobs are done; threads by default. */
  readonly launch?: Launch | undefined;
}

const EXIT_DONE = 0;
const EXIT_FAILED = 1;
const EXIT_REFUSED = 2;
const EXIT_STOPPED = 130;
const TEXT_COLUMNS = 100;

/** Runs `spandrel drill` with the arguments behind the command's name; gives the exit code. */
export async function run(argv: readonly string[], io: DrillIo): Promise<number> {
  if (argv.includes("--help") || argv.includes("-h")) {
    io.out(`Usage: spandrel drill [flags]\n\n${DRILL_SUMMARY}\n\nFlags:\n${flagHelp(DRILL_FLAGS)}`);
    return EXIT_DONE;
  }
  try {
    const { config, words } = readCommandLine(DRILL_FLAGS, argv, {});
    if (words.length > 0) {
      throw new TsdbError("CONFIG_INVALID", `unknown argument ${JSON.stringify(words[0])}`);
    }
    return await runDrillCommand(config, io);
  } catch (error) {
    if (!(error instanceof TsdbError)) throw error;
    io.progress(`spandrel: ${error.message}\n`);
    return error.code === "CONFIG_INVALID" ? EXIT_REFUSED : EXIT_FAILED;
  }
}

/** One line about the command. */
export const DRILL_SUMMARY =
  "Simulates days of ingestion with a restart in between, under several ways to restore.";

/** Runs the drill of a configuration; gives the exit code. Throws TsdbError. */
export async function runDrillCommand(config: DrillConfig, io: DrillIo): Promise<number> {
  const disk = new NodeDisk();
  let scenario = scenarioOf(config);
  if (config.compareGo)
    scenario = { ...scenario, goVersion: await usableGoVersion(disk, scenario) };
  const parent = config.workDirectory === "" ? tmpdir() : config.workDirectory;
  const directory = `${parent}/spandrel-drill-${process.pid}`;
  await disk.makeDirectory(directory);
  try {
    const result = await simulate(scenario, config, directory, io);
    const comparisons = config.compareGo
      ? await compareWithGo(result, { disk, directory }, (one) => io.progress(goLine(one)))
      : [];
    print(result, comparisons, io);
    await handOn(result, comparisons, config, disk, io);
    return comparisons.every(({ differenceMax }) => differenceMax === 0) ? EXIT_DONE : EXIT_FAILED;
  } catch (error) {
    if (io.stop?.aborted !== true) throw error;
    io.progress("spandrel: the drill was stopped\n");
    return EXIT_STOPPED;
  } finally {
    await disk.removeDirectory(directory);
  }
}

async function simulate(
  scenario: Scenario,
  config: DrillConfig,
  directory: string,
  io: DrillIo,
): Promise<DrillResult> {
  const { policies } = config;
  const progress = new Progress(scenario, policies, io.isTerminal, (text) => io.progress(text));
  try {
    return await runDrill({
      scenario,
      policies,
      directory,
      keepsLog: config.keepsLog || config.compareGo,
      threadCount: config.threadCount === 0 ? availableParallelism() : config.threadCount,
      launch: io.launch ?? launch,
      onMessage: (message) => progress.tell(message),
      stop: io.stop,
    });
  } finally {
    progress.end();
  }
}

function print(result: DrillResult, comparisons: readonly GoComparison[], io: DrillIo): void {
  const { scenario } = result;
  io.out(
    `${scenario.seriesCount} series, ${scenario.hours} hours, restart at hour ` +
      `${scenario.restartHour}, rules of Go ${scenario.goVersion}, seed ${scenario.seed}\n`,
  );
  io.out(`${drillTables(drillFigures(result))}\n`);
  io.out(conclusions(result).map(wrapped).join("\n"));
  for (const one of comparisons) io.out(goLine(one).trimEnd());
}

async function handOn(
  result: DrillResult,
  comparisons: readonly GoComparison[],
  config: DrillConfig,
  disk: NodeDisk,
  io: DrillIo,
): Promise<void> {
  const { outDirectory, remoteWriteUrl, remoteWriteStepMs, keepsLog } = config;
  if (outDirectory !== "") {
    const names = await writeOutput(disk, outDirectory, result, comparisons, keepsLog);
    io.out(`\nwritten to ${outDirectory}: ${names.join(", ")}`);
  }
  if (remoteWriteUrl !== "") {
    const nowMs = systemClock.nowMs();
    const count = await sendCurves(remoteWriteUrl, result, nowMs, remoteWriteStepMs);
    io.out(`\nsent ${count} series to ${remoteWriteUrl}`);
  }
}

function goLine({ run: name, goVersion, readings, differenceMax }: GoComparison): string {
  const count = `${readings.length} readings`;
  return `${goVersion}, ${name}: ${count}, largest difference ${differenceMax} bytes\n`;
}

/** Breaks a conclusion into lines, with a dash in front. */
function wrapped(text: string): string {
  const lines: string[] = [];
  let line = "-";
  for (const word of text.split(" ")) {
    if (line.length + word.length + 1 > TEXT_COLUMNS) {
      lines.push(line);
      line = " ";
    }
    line += ` ${word}`;
  }
  return [...lines, line].join("\n");
}
