/**
 * Files of windows that have ended, which the next snapshot names again instead of writing them.
 *
 * I1  A file is offered while its window is unchanged since the file was begun, the last snapshot
 *     named it, and the store is the one that it was written from: then every chunk in it still is
 *     what it was, and its series numbers still mean the same series.
 * I2  Snapshots that share files have the same numbering (docs/format/snapshot.md, Files).
 */
import type { FileEntry } from "./snapshot-manifest.ts";
import type { SeriesRefs, SnapshotSource, WindowSource } from "./snapshot-source.ts";

/** The file of one window. */
export interface WindowFile {
  readonly entry: FileEntry;
  readonly sampleCount: number;
  /** The window's change number when the file was begun: NaN while it had not ended. */
  readonly change: number;
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
