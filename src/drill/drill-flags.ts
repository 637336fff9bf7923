/**
 * Every setting of `spandrel drill`, with its bounds, and the rules that they keep together.
 *
 * Units: …Ms milliseconds, …Bytes bytes.
 */
import { formatDuration } from "../base/duration.ts";
import { TsdbError } from "../base/errors.ts";
import { type ConfigOf, flag } from "../config/flag-table.ts";
import {
  decimalNumber,
  duration,
  oneOf,
  optionalText,
  percentOrOff,
  type ValueKind,
  wholeNumber,
  yesOrNo,
} from "../config/value-kinds.ts";
import { GO_VERSIONS } from "../heap/go-rules.ts";
import {
  CAPACITIES,
  DEFAULT_POLICIES,
  ORDERS,
  type Policy,
  parsePolicies,
  policyName,
} from "./policies.ts";
import {
  DEFAULT_SCENARIO,
  HOUR_MS,
  type Scenario,
  samplesPerWindow,
  type ValueSource,
} from "./scenario.ts";
import { chunkBytesMax } from "./sized-values.ts";

const SECOND_MS = 1000;
const MINUTE_MS = 60 * SECOND_MS;
const SERIES_MAX = 10_000_000;
const HOURS_MAX = 24 * 60;
const SEED_MAX = 2 ** 31 - 1;
const THREADS_MAX = 256;
/** Samples must be able to make chunks of twice the median: half of them are larger. */
const SPARE_RATIO = 2;

const policyList: ValueKind<readonly Policy[]> = {
  read: parsePolicies,
  show: (policies) => policies.map(policyName).join(","),
  allowed:
    `CAPACITY+ORDER[+copy][+compact], several with commas; capacity one of ` +
    `${CAPACITIES.join(", ")}, ` +
    `order one of ${ORDERS.join(", ")}; or all`,
  placeholder: "POLICY",
  joins: true,
};

export const DRILL_FLAGS = {
  policies: flag(
    "policy",
    policyList,
    DEFAULT_POLICIES,
    "How chunks are restored: the capacity of their slices, their order, with +copy that each " +
      "is first read into a temporary buffer, and with +compact that the heap is compacted from " +
      "then on. May be given several times.",
  ),
  seriesCount: flag(
    "series",
    wholeNumber(1, SERIES_MAX),
    String(DEFAULT_SCENARIO.seriesCount),
    "Series scraped.",
  ),
  hours: flag(
    "hours",
    wholeNumber(2, HOURS_MAX),
    String(DEFAULT_SCENARIO.hours),
    "Hours simulated in all.",
  ),
  restartHour: flag(
    "restart-hour",
    wholeNumber(1, HOURS_MAX),
    String(DEFAULT_SCENARIO.restartHour),
    "Hour after which the process is stopped and restored; must be below --hours.",
  ),
  scrapeMs: flag(
    "scrape-interval",
    duration(SECOND_MS, 10 * MINUTE_MS),
    formatDuration(DEFAULT_SCENARIO.scrapeMs),
    "Time between two samples of a series; must divide an hour.",
  ),
  windowMs: flag(
    "chunk-window",
    duration(10 * MINUTE_MS, 24 * HOUR_MS),
    formatDuration(DEFAULT_SCENARIO.windowMs),
    "Length of a chunk. The simulation starts in the middle of one.",
  ),
  windowCount: flag(
    "chunks-per-series",
    wholeNumber(1, 64),
    String(DEFAULT_SCENARIO.windowCount),
    "Chunks kept of each series, the open one included.",
  ),
  values: flag(
    "values",
    oneOf<ValueSource>(["sized", "kubernetes"]),
    DEFAULT_SCENARIO.values,
    "Sample values: sized makes chunks of chosen lengths, kubernetes has the kinds of value that " +
      "the scrapes of a cluster have.",
  ),
  chunkBytesMedian: flag(
    "chunk-bytes-median",
    wholeNumber(64, 65_536),
    String(DEFAULT_SCENARIO.chunkBytesMedian),
    "Median of the bytes of a full chunk (lognormal), for --values=sized.",
  ),
  chunkBytesSigma: flag(
    "chunk-bytes-sigma",
    decimalNumber(0, 2),
    String(DEFAULT_SCENARIO.chunkBytesSigma),
    "Deviation of the logarithm of a full chunk's bytes, for --values=sized.",
  ),
  goVersion: flag(
    "go-version",
    oneOf(GO_VERSIONS),
    DEFAULT_SCENARIO.goVersion,
    "Go version whose rules the heap follows; with --compare-go those of the installed Go.",
  ),
  gogcPercent: flag(
    "gogc",
    percentOrOff(100_000),
    String(DEFAULT_SCENARIO.gogcPercent),
    "GOGC of the simulated processes. They also collect after two minutes without a collection.",
  ),
  collectEveryMs: flag(
    "collect-every",
    duration(SECOND_MS, HOUR_MS, "none"),
    "0",
    "Further collections, at fixed times of the simulated clock. One precedes each reading anyway.",
  ),
  seed: flag(
    "seed",
    wholeNumber(0, SEED_MAX),
    String(DEFAULT_SCENARIO.seed),
    "Seed of sizes, values and the shuffled order: the same seed gives the same figures.",
  ),
  threadCount: flag(
    "threads",
    wholeNumber(0, THREADS_MAX),
    "0",
    "Policies simulated at the same time; 0 is one for each processor.",
  ),
  outDirectory: flag(
    "out",
    optionalText("DIRECTORY", "a directory"),
    "",
    "Directory for curves.csv, drill.json and report.html; made when it is missing.",
  ),
  keepsLog: flag(
    "operation-log",
    yesOrNo,
    "false",
    "Also writes what every run asked of its heap, for `spandrel heap replay`; needs --out.",
  ),
  remoteWriteUrl: flag(
    "remote-write",
    optionalText("URL", "a URL such as http://127.0.0.1:9090/api/v1/write"),
    "",
    "Sends the curves to a remote write receiver, as go_memstats_* with a label policy.",
  ),
  remoteWriteStepMs: flag(
    "remote-write-step",
    duration(SECOND_MS, HOUR_MS),
    "30s",
    "Time between two readings as they are sent, the last one now; an hour apart in the drill.",
  ),
  compareGo: flag(
    "compare-go",
    yesOrNo,
    "false",
    "Repeats every run's operations in real Go, which must be installed, and compares each " +
      "reading. Needs the source tree.",
  ),
  workDirectory: flag(
    "work-directory",
    optionalText("DIRECTORY", "a directory"),
    "",
    "Where the snapshots lie during the drill; by default the system's directory for temporary " +
      "files.",
  ),
} as const;

export type DrillConfig = ConfigOf<typeof DRILL_FLAGS>;

/** The scenario of a command line. TsdbError CONFIG_INVALID when settings do not go together. */
export function scenarioOf(config: DrillConfig): Scenario {
  const { policies: _, threadCount: __, ...rest } = config;
  const scenario: Scenario = {
    seriesCount: rest.seriesCount,
    hours: rest.hours,
    restartHour: rest.restartHour,
    windowMs: rest.windowMs,
    windowCount: rest.windowCount,
    scrapeMs: rest.scrapeMs,
    values: rest.values,
    chunkBytesMedian: rest.chunkBytesMedian,
    chunkBytesSigma: rest.chunkBytesSigma,
    goVersion: rest.goVersion,
    gogcPercent: rest.gogcPercent,
    collectEveryMs: rest.collectEveryMs,
    seed: rest.seed,
  };
  checkScenario(scenario);
  if (config.keepsLog && config.outDirectory === "") refuse("--operation-log needs --out");
  return scenario;
}

function checkScenario(scenario: Scenario): void {
  const { hours, restartHour, scrapeMs, windowMs, collectEveryMs } = scenario;
  if (restartHour >= hours) refuse(`--restart-hour=${restartHour} is not below --hours=${hours}`);
  const scrape = `--scrape-interval=${formatDuration(scrapeMs)}`;
  if (HOUR_MS % scrapeMs !== 0) refuse(`${scrape} does not divide an hour`);
  if (windowMs % (2 * scrapeMs) !== 0) {
    refuse(`${scrape} does not divide half of --chunk-window=${formatDuration(windowMs)}`);
  }
  if (collectEveryMs % scrapeMs !== 0) {
    refuse(`--collect-every=${formatDuration(collectEveryMs)} is no multiple of ${scrape}`);
  }
  const largest = chunkBytesMax(samplesPerWindow(scenario));
  if (scenario.values === "sized" && scenario.chunkBytesMedian * SPARE_RATIO > largest) {
    refuse(
      `--chunk-bytes-median=${scenario.chunkBytesMedian}: ${samplesPerWindow(scenario)} samples ` +
        `make chunks of at most ${largest} bytes; want a median of at most half of that, or a ` +
        "shorter --scrape-interval",
    );
  }
}

function refuse(text: string): never {
  throw new TsdbError("CONFIG_INVALID", text);
}
