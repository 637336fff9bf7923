/**
 * `spandrel snapshot list DIRECTORY` and `spandrel snapshot verify DIRECTORY`: what they print and
 * answer. The journal that lies beside the snapshots is looked at too. Exit codes: 0 all well, 1
 * damage found or a disk that fails, 2 wrong words.
 */
import type { Disk } from "../base/disk.ts";
import { TsdbError } from "../base/errors.ts";
import { JournalDirectory } from "./journal-directory.ts";
import { listJournal, verifyJournal } from "./journal-inspect.ts";
import { SnapshotDirectory } from "./snapshot-directory.ts";
import {
  listSnapshots,
  type SnapshotListing,
  type SnapshotVerdict,
  verifySnapshots,
} from "./snapshot-inspect.ts";

const EXIT_DONE = 0;
const EXIT_FAILED = 1;
const EXIT_REFUSED = 2;
const USAGE = "usage: spandrel snapshot list|verify DIRECTORY";
const MIB = 2 ** 20;

/** Runs the command that `words` name; `print` takes a line. Returns the exit code. */
export async function runSnapshotCommand(
  words: readonly string[],
  disk: Disk,
  print: (line: string) => void,
): Promise<number> {
  const [verb, path, ...rest] = words;
  if (path === undefined || rest.length > 0) return refuse(print);
  const directory = new SnapshotDirectory(disk, path);
  const journal = new JournalDirectory(disk, `${path.slice(0, path.lastIndexOf("/") + 1)}journal`);
  try {
    if (verb === "list") {
      const code = await list(directory, print);
      return Math.max(code, await listOfJournal(journal, print));
    }
    if (verb === "verify") {
      const code = await verify(directory, print);
      return Math.max(code, await verifyOfJournal(journal, print));
    }
    return refuse(print);
  } catch (error) {
    if (!(error instanceof TsdbError)) throw error;
    print(`${error.code}: ${error.message}`);
    return EXIT_FAILED;
  }
}

function refuse(print: (line: string) => void): number {
  print(USAGE);
  return EXIT_REFUSED;
}

async function list(directory: SnapshotDirectory, print: (line: string) => void): Promise<number> {
  const listings = await listSnapshots(directory);
  if (listings.length === 0) print(`no snapshot in ${directory.path}`);
  for (const listing of listings) print(listingLine(listing));
  return listings.some((listing) => listing.kind === "unreadable") ? EXIT_FAILED : EXIT_DONE;
}

function listingLine(listing: SnapshotListing): string {
  if (listing.kind === "unreadable") {
    return `${listing.sequence}\tunreadable manifest: ${listing.reason}`;
  }
  const { manifest, bytes } = listing;
  const { counts, configuration, order } = manifest;
  return [
    manifest.sequence,
    new Date(manifest.createdMs).toISOString(),
    `order ${order}`,
    `${counts.series} series`,
    `${counts.chunks} chunks`,
    `${counts.samples} samples`,
    `${(bytes / MIB).toFixed(1)} MiB in ${manifest.files.length} files`,
    `chunk window ${configuration.chunkWindowMs} ms x ${configuration.chunksPerSeries}`,
    `Go ${configuration.goVersion}`,
  ].join("\t");
}

async function verify(
  directory: SnapshotDirectory,
  print: (line: string) => void,
): Promise<number> {
  const verdicts = await verifySnapshots(directory, () => {});
  if (verdicts.length === 0) print(`no snapshot in ${directory.path}`);
  for (const verdict of verdicts) print(verdictLine(verdict));
  return verdicts.every((verdict) => verdict.kind === "whole") ? EXIT_DONE : EXIT_FAILED;
}

function verdictLine(verdict: SnapshotVerdict): string {
  if (verdict.kind === "damaged") {
    const { sequence, file, offset, reason } = verdict;
    return `${sequence}\tdamaged: ${file} at byte ${offset}: ${reason}`;
  }
  const { sequence, counts } = verdict;
  return `${sequence}\twhole: ${counts.chunks} chunks, ${counts.samples} samples`;
}

async function listOfJournal(
  directory: JournalDirectory,
  print: (line: string) => void,
): Promise<number> {
  const { segmentCount, bytes } = await listJournal(directory);
  if (segmentCount > 0) {
    print(`journal\t${segmentCount} segments\t${(bytes / MIB).toFixed(1)} MiB`);
  }
  return EXIT_DONE;
}

async function verifyOfJournal(
  directory: JournalDirectory,
  print: (line: string) => void,
): Promise<number> {
  const reading = await verifyJournal(directory);
  if (reading === null) return EXIT_DONE;
  const { damage, records, samples } = reading;
  for (const { file, offset, reason, lost } of damage) {
    print(`journal\tdamaged: ${file} at byte ${offset}: ${reason}; lost: ${lost}`);
  }
  if (damage.length > 0) return EXIT_FAILED;
  print(`journal\twhole: ${records} records, ${samples} samples`);
  return EXIT_DONE;
}
