/**
 * Real Go on the operations of a drill: the log of every run is replayed in a Go process, and its
 * MemStats are laid beside the drill's own readings.
 *
 * I1  Go runs with GOGC=off and collects exactly where the log says that the drill did, so every
 *     reading must be equal: the tolerance is 0.
 * I2  The drill must have followed the rules of the Go version that is installed.
 *
 * The Go program is test/oracle/main.go of the source tree; an installed package lacks it.
 *
 * Units: bytes.
 */
import { execFile } from "node:child_process";
import { resolve } from "node:path";
import { promisify } from "node:util";
import { assert } from "../base/assert.ts";
import type { Disk } from "../base/disk.ts";
import { TsdbError } from "../base/errors.ts";
import { GO_VERSIONS, rulesOfGoVersion } from "../heap/go-rules.ts";
import { CLASS_COUNT, SLOT_BYTES } from "../heap/size-classes.ts";
import type { DrillResult } from "./drill.ts";
import type { Reading } from "./reading.ts";
import type { RunResult } from "./run-policy.ts";
import type { Scenario } from "./scenario.ts";

/** A reading of real Go at a moment of the drill. */
export interface GoReading {
  readonly label: string;
  readonly hour: number;
  readonly allocBytes: number;
  readonly inuseBytes: number;
}

/** What real Go said about one run. */
export interface GoComparison {
  readonly run: string;
  readonly goVersion: string;
  readonly operationCount: number;
  readonly readings: readonly GoReading[];
  /** Largest difference of heap_alloc, heap_inuse or heap_objects at any reading. */
  readonly differenceMax: number;
}

/** Where the Go program is built and its traces lie. */
export interface GoPlace {
  readonly disk: Disk;
  /** A directory of the machine's own disk. */
  readonly directory: string;
}

interface GoRecord {
  readonly label?: string;
  readonly heap_alloc: number;
  readonly heap_inuse: number;
  readonly heap_objects: number;
  readonly version?: string;
  readonly operations?: number;
}

const SOURCE = resolve(import.meta.dirname, "../../test/oracle");
const PROGRAM = "replay";
const TRACE = "operations.trace";
const OUTPUT_BYTES_MAX = 1 << 28;
/** Ids that the Go program has room for. */
const IDS_MAX = 1 << 17;
/** Slices that a series may have beside its chunks: while one grows or a window turns. */
const SPARE_IDS = 2;
/** 16 bytes: the classes below are for tiny objects and for pointers. */
const FIRST_CLASS = 2;
const run = promisify(execFile);

/**
 * The installed Go as the heap names versions ("1.26"). TsdbError UNAVAILABLE without one, and for
 * scenarios that the Go program has no room for.
 */
export async function usableGoVersion(disk: Disk, scenario: Scenario): Promise<string> {
  const seriesMax = Math.floor(IDS_MAX / (scenario.windowCount + SPARE_IDS));
  if (scenario.seriesCount > seriesMax) {
    throw unavailable(`the Go program has room for the slices of ${seriesMax} series`);
  }
  if (!(await disk.list(SOURCE)).includes("main.go")) {
    throw unavailable(`the program ${SOURCE}/main.go is missing: it is part of the source tree`);
  }
  const text = await goSays(["env", "GOVERSION"]);
  const version = /^go(1\.\d+)/.exec(text)?.[1];
  if (version !== undefined && GO_VERSIONS.includes(version)) return version;
  throw unavailable(`Go ${text.trim()} is not one of ${GO_VERSIONS.join(", ")}`);
}

/** Compares all runs of a drill that kept its logs, but for the compacted ones: Go has no such. */
export async function compareWithGo(
  result: DrillResult,
  place: GoPlace,
  onRun: (comparison: GoComparison) => void,
): Promise<GoComparison[]> {
  const program = `${resolve(place.directory)}/${PROGRAM}`;
  await goSays(["build", "-o", program, "."], SOURCE);
  const comparisons: GoComparison[] = [];
  try {
    for (const one of result.runs.filter(({ policy }) => policy?.compacts !== true)) {
      const comparison = await compareRun(result, one, program, place);
      onRun(comparison);
      comparisons.push(comparison);
    }
  } finally {
    await place.disk.remove(program);
  }
  return comparisons;
}

async function compareRun(
  result: DrillResult,
  one: RunResult,
  program: string,
  place: GoPlace,
): Promise<GoComparison> {
  const path = `${resolve(place.directory)}/${TRACE}`;
  await writeTrace(place.disk, path, traceOf(result, one));
  try {
    const options = {
      maxBuffer: OUTPUT_BYTES_MAX,
      env: { ...process.env, GOGC: "off", GOMAXPROCS: "1" },
    };
    const classes = classList(result.scenario.goVersion);
    const { stdout } = await run(program, ["-classes", classes, path], options);
    const records = stdout
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line) as GoRecord);
    return comparisonOf(one, readingsOf(result, one), records);
  } finally {
    await place.disk.remove(path);
  }
}

/** The log of a run from an empty heap on. */
function traceOf({ before }: DrillResult, one: RunResult): Uint8Array {
  assert(before.log !== null && one.log !== null, "the drill kept no log");
  // A run of its own begins with "restart": the Go process that replays it is new anyway.
  if (one.policy !== null) return one.log.subarray(one.log.indexOf(10) + 1);
  const whole = new Uint8Array(before.log.length + one.log.length);
  whole.set(before.log);
  whole.set(one.log, before.log.length);
  return whole;
}

function readingsOf({ before }: DrillResult, one: RunResult): readonly Reading[] {
  if (one.restore !== null) return [one.restore.reading, ...one.readings];
  return [...before.readings, ...one.readings];
}

function comparisonOf(
  one: RunResult,
  ours: readonly Reading[],
  records: readonly GoRecord[],
): GoComparison {
  const end = records.at(-1);
  assert(records.length === ours.length + 1, "Go read as often as the drill");
  let differenceMax = 0;
  const readings = ours.map(({ label, hour, allocBytes, inuseBytes, objectCount }, i) => {
    const go = records[i]!;
    assert(go.label === label, "Go reads where the drill does");
    differenceMax = Math.max(
      ...[differenceMax, Math.abs(go.heap_alloc - allocBytes)],
      ...[Math.abs(go.heap_inuse - inuseBytes), Math.abs(go.heap_objects - objectCount)],
    );
    return { label, hour, allocBytes: go.heap_alloc, inuseBytes: go.heap_inuse };
  });
  const goVersion = end?.version ?? "";
  return {
    run: one.name,
    goVersion,
    operationCount: end?.operations ?? 0,
    readings,
    differenceMax,
  };
}

/** Slot sizes and slots per span of the classes that the Go program fills before it starts. */
function classList(goVersion: string): string {
  const rules = rulesOfGoVersion(goVersion);
  const classes: string[] = [];
  for (let sizeClass = FIRST_CLASS; sizeClass < CLASS_COUNT; sizeClass++) {
    const size = SLOT_BYTES[sizeClass]!;
    const isServed = rules.classByEighth[size / 8] === sizeClass && size <= rules.smallRequestMax;
    if (isServed) classes.push(`${size}:${rules.slotCounts[sizeClass]}`);
  }
  return classes.join(",");
}

async function writeTrace(disk: Disk, path: string, bytes: Uint8Array): Promise<void> {
  const file = await disk.open(path, "create");
  try {
    await file.append(bytes, 0, bytes.length);
  } finally {
    await file.close();
  }
}

async function goSays(args: readonly string[], directory?: string): Promise<string> {
  try {
    const env = { ...process.env, GOTOOLCHAIN: "local" };
    const options = directory === undefined ? { env } : { env, cwd: directory };
    return (await run("go", [...args], options)).stdout;
  } catch (cause) {
    const said = cause instanceof Error ? cause.message.trim() : String(cause);
    throw new TsdbError("UNAVAILABLE", `--compare-go needs Go: ${said}`, { cause });
  }
}

function unavailable(why: string): TsdbError {
  return new TsdbError("UNAVAILABLE", `--compare-go cannot work here: ${why}`);
}
