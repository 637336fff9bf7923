/**
 * Files of windows that have ended, which the next snapshot names again instead of writing them.
 *
 * I1  A file is offered while its window is unchanged since the file was begun or restored, the
 *     last snapshot named it, and the store is the one that it was written from or restored into
 *     under the same series numbers: then every chunk in it still is what it was, and its series
 *     numbers still mean the same series.
 * I2  Snapshots that share files have the same numbering (docs/format/snapshot.md, Files).
 */
import type { SeriesMarks } from "./series-marks.ts";
import { ANY_WINDOW } from "./snapshot-format.ts";
import type { FileEntry } from "./snapshot-manifest.ts";
import type { SeriesRefs, SnapshotSource, WindowSource } from "./snapshot-source.ts";

/** A file of chunks and the samples in it. */
export interface FileRead {
  readonly entry: FileEntry;
  readonly sampleCount: number;
}

/** The file of one window. */
export interface WindowFile extends FileRead {
  /** The window's change number when the file was begun: NaN while it had not ended. */
  readonly change: number;
  /** The series that have a chunk in it; null where they must be looked up. */
  readonly series: SeriesMarks | null;
}

/** Files by window, with the change numbers that the windows they were restored into have now. */
export function filesAsRestored(
  files: readonly FileRead[],
  changeOf: (window: number) => number,
): Map<number, WindowFile> {
  const known = new Map<number, WindowFile>();
  for (const file of files) {
    const { window } = file.entry;
    if (window !== ANY_WINDOW)
      known.set(window, { ...file, change: changeOf(window), series: null });
  }
  return known;
}

export class WindowFiles {
  /** Of the store that the files are of: one object for as long as its series numbers hold. */
  private series: SeriesRefs | null = null;
  private windows: WindowSource | null = null;
  private numbering = 0;
  private files: ReadonlyMap<number, WindowFile> = new Map();

  /** Begins a snapshot of a store; the numbering that its files have. */
  begin({ series, windows }: SnapshotSource, sequence: number): number {
    this.windows = windows;
    if (series !== this.series) {
      this.series = series;
      this.numbering = sequence;
      this.files = new Map();
    }
    return this.numbering;
  }

  /**
   * Takes the files that a store was restored from, all of one numbering. Those whose windows were
   * changed since, or have not ended, are left: from now on such a window is not watched.
   */
  adopt(
    { series, windows }: Pick<SnapshotSource, "series" | "windows">,
    numbering: number,
    files: ReadonlyMap<number, WindowFile>,
  ): void {
    this.series = series;
    this.numbering = numbering;
    this.files = new Map(
      [...files].filter(([window, { change }]) => change === windows.changeOf(window)),
    );
  }

  /** The file that still is what its window is; null when there is none. */
  fileOf(window: number): WindowFile | null {
    const file = this.files.get(window);
    return file !== undefined && file.change === this.windows?.changeOf(window) ? file : null;
  }

  /** Takes the files of the snapshot that was completed in place of those before. */
  replace(files: ReadonlyMap<number, WindowFile>): void {
    this.files = files;
  }
}
