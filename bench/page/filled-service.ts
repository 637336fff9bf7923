/**
 * A service that holds a large heap: a store is filled on a simulated clock that ends now, written
 * as a snapshot, and restored by a process of its own with exact capacities in shuffled order.
 *
 * Units: …Ms milliseconds, …Bytes bytes.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ManualClock, systemClock } from "../../src/base/clock.ts";
import { NodeDisk } from "../../src/base/disk.ts";
import { windowOfTime, windowStart } from "../../src/base/units.ts";
import {
  DEFAULT_SCENARIO,
  type Scenario,
  snapshotConfiguration,
  storeSettings,
} from "../../src/drill/scenario.ts";
import { SizedValues } from "../../src/drill/sized-values.ts";
import { SNAPSHOTS_DIRECTORY } from "../../src/engine/engine.ts";
import { MetadataStore } from "../../src/engine/metadata-store.ts";
import { Store } from "../../src/engine/store.ts";
import { snapshotSource } from "../../src/engine/store-snapshot.ts";
import { SnapshotDirectory } from "../../src/journal/snapshot-directory.ts";
import { SnapshotWriter } from "../../src/journal/snapshot-writer.ts";
import { type ServerUnderTest, startServer } from "../server-under-test.ts";

/** Samples come this often: enough of them for chunks of up to 1,800 bytes. */
const SCRAPE_MS = 48_000;

async function writeSnapshot(directory: string, scenario: Scenario): Promise<void> {
  const { windowMs, windowCount, scrapeMs } = scenario;
  const endMs = systemClock.nowMs();
  const open = windowStart(windowOfTime(endMs, windowMs), windowMs);
  const clock = new ManualClock(open - (windowCount - 1) * windowMs);
  const store = new Store(storeSettings(scenario), clock);
  const values = new SizedValues(scenario, store.head);
  for (; clock.nowMs() < endMs; clock.advance(scrapeMs)) {
    store.settle();
    values.scrape(clock.nowMs());
  }
  const writer = new SnapshotWriter({
    directory: new SnapshotDirectory(new NodeDisk(), directory),
    configuration: snapshotConfiguration(scenario),
    clock: systemClock,
    order: "shuffled",
    shuffleSeed: 1,
    pause: () => Promise.resolve(),
    sliceMs: Number.POSITIVE_INFINITY,
  });
  await writer.write(snapshotSource(store, new MetadataStore()));
}

/** Starts a service of `seriesCount` series whose chunks have about `chunkBytes` bytes each. */
export async function startFilledService(
  seriesCount: number,
  chunkBytes: number,
): Promise<ServerUnderTest> {
  const directory = mkdtempSync(join(tmpdir(), "spandrel-page-bench-"));
  const forget = () => rmSync(directory, { recursive: true, force: true });
  process.once("exit", forget);
  const sizes = { seriesCount, chunkBytesMedian: chunkBytes, scrapeMs: SCRAPE_MS };
  await writeSnapshot(join(directory, SNAPSHOTS_DIRECTORY), { ...DEFAULT_SCENARIO, ...sizes });
  const flags = [
    "--web.listen-address=127.0.0.1:{port}",
    `--storage.path=${directory}`,
    ...["--restore.capacity=exact", "--snapshot.interval=0", "--log.level=error"],
  ];
  const command = `${process.execPath} dist/main.js serve ${flags.join(" ")}`;
  return startServer(command, "/-/ready");
}
