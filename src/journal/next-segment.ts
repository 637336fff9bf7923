/**
 * The segment behind the one that is written to, made while that one goes on: nobody waits for the
 * disk to make a file, to take its first bytes and to give it a name.
 *
 * I1  From where it starts on every block goes to both segments, until one finds that the new one
 *     has its name. A block that comes before the file has caught up is copied and written later;
 *     the name comes after all of these. So at any moment the segments with names have every block
 *     that was acknowledged: where the new one begins, what the one before has there counts no
 *     more, and before it has its name nobody reads it.
 * I2  sync() is over when the file has, on the disk, every block that append() was given before.
 * I3  A failure that nobody waits for is told to `onFault`; append() and sync() reject with theirs.
 *
 * Units: positions are bytes of the journal.
 */
import type { JournalDirectory } from "./journal-directory.ts";
import { SegmentFile, type WrittenBlock } from "./segment-file.ts";
import type { SegmentHeader } from "./segment-header.ts";

/** A block whose first record is at `start`. */
export interface PlacedBlock extends WrittenBlock {
  readonly start: number;
}

export class NextSegment {
  /** Settles when the file is there and it is settled where it starts; never rejects. */
  readonly made: Promise<void>;
  private readonly caughtUp: Promise<void>;
  private readonly named: Promise<void>;
  private file: SegmentFile | null = null;
  private header: SegmentHeader | null = null;
  private waiting: Uint8Array[] = [];
  private hasCaughtUp = false;
  private hasName = false;

  /** `header` is asked when the file is there: the segment starts where it says. */
  constructor(
    directory: JournalDirectory,
    sequence: number,
    header: () => SegmentHeader,
    onFault: (error: unknown) => void,
  ) {
    const making = SegmentFile.open(directory, sequence).then((file) => {
      this.file = file;
      this.header = header();
    });
    this.made = making.catch(() => {});
    this.caughtUp = making.then(() => this.catchUp());
    this.caughtUp.catch(() => {});
    this.named = this.caughtUp.then(() => this.takeName());
    this.named.catch(onFault);
  }

  /** The segment, once it has its name. */
  get finished(): SegmentFile | null {
    return this.hasName ? this.file : null;
  }

  /** Takes a block that the segment before has; resolves when it may be acknowledged. */
  async append(block: PlacedBlock): Promise<void> {
    if (this.header === null || block.start < this.header.start) return;
    if (this.hasCaughtUp) await this.file!.append(block.bytes, block.length);
    else this.waiting.push(block.bytes.slice(0, block.length));
  }

  /** Makes the blocks durable that it was given, see I2. */
  async sync(): Promise<void> {
    if (this.file === null) return;
    await this.caughtUp;
    await this.file.sync();
  }

  /** Settles when what is under way is done; never rejects. */
  async settled(): Promise<void> {
    await this.named.catch(() => {});
  }

  /** Ends without it: it is removed unless it has its name. */
  async discard(): Promise<void> {
    await this.settled();
    if (this.hasName) await this.file!.close().catch(() => {});
    else await this.file?.discard();
  }

  private async catchUp(): Promise<void> {
    const file = this.file!;
    await file.begin(this.header!);
    for (let bytes = this.waiting.shift(); bytes !== undefined; bytes = this.waiting.shift()) {
      await file.append(bytes, bytes.length);
    }
    this.hasCaughtUp = true;
  }

  private async takeName(): Promise<void> {
    await this.file!.takeName();
    this.hasName = true;
  }
}
