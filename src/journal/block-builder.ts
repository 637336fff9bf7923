/**
 * The open block of one kind of records: filled one by one, sealed when the next does not fit.
 *
 * I1  There is a buffer while there is a record; length <= its length then, and bytes [0, length)
 *     are the block so far, its header not set.
 * I2  Blocks of `before` are sealed first: what they define lies in front of what uses it.
 * I3  Chunk records tell window and journal position against the block's bases; a record that
 *     cannot begins a new block.
 *
 * The writer of a record asks reserve() for room and fills it through `bytes`, `words`, `halves`.
 *
 * Units: bytes; …Word offsets count 32-bit words.
 */
import { crc32c } from "../kernel/checksum.ts";
import { BlockBuffer, type BlockFile } from "./block-file.ts";
import {
  BLOCK_CRC_FROM,
  BLOCK_CRC_WORD,
  BLOCK_HEADER_BYTES,
  BLOCK_JOURNAL_WORD,
  BLOCK_KIND_WORD,
  BLOCK_MAGIC,
  BLOCK_ORDINAL_WORD,
  BLOCK_PAYLOAD_WORD,
  BLOCK_RECORDS_WORD,
  BLOCK_WINDOW_WORD,
} from "./snapshot-format.ts";

const WORD = 2 ** 32;
const WINDOW_REACH = 32767;
/** What a builder has while it holds no record: one that never does takes no memory. */
const NO_BUFFER = new BlockBuffer(0);

export class BlockBuilder {
  private readonly file: BlockFile;
  private readonly kind: number;
  private readonly blockBytes: number;
  private readonly before: BlockBuilder | null;
  private buffer = NO_BUFFER;
  private length = BLOCK_HEADER_BYTES;
  private records = 0;
  private window = 0;
  private journal = 0;

  /** A builder of blocks of `blockBytes`, or longer ones for longer records. */
  constructor(
    file: BlockFile,
    kind: number,
    blockBytes: number,
    before: BlockBuilder | null = null,
  ) {
    this.file = file;
    this.kind = kind;
    this.blockBytes = blockBytes;
    this.before = before;
  }

  /** The open block; replaced by reserve(). */
  get bytes(): Uint8Array {
    return this.buffer.bytes;
  }

  /** The open block as little-endian words. */
  get words(): Uint32Array {
    return this.buffer.words;
  }

  /** The open block as little-endian half words. */
  get halves(): Uint16Array {
    return this.buffer.halves;
  }

  /** The window that chunk records count from. */
  get windowBase(): number {
    return this.window;
  }

  /** The journal position that chunk records count from. */
  get journalBase(): number {
    return this.journal;
  }

  /** Begins a record of `size` bytes, a multiple of 4; returns where it starts. */
  reserve(size: number): number {
    if (this.length + size > this.buffer.bytes.length) this.makeRoom(size);
    const at = this.length;
    this.length += size;
    this.records++;
    return at;
  }

  /** Says which journal position the records so far are complete to. */
  completeTo(journal: number): void {
    this.journal = journal;
  }

  /** Sees to it that a chunk record can tell this window and journal position, see I3. */
  rebase(window: number, journal: number): void {
    if (this.records > 0) {
      const distance = journal - this.journal;
      const reaches = Math.abs(window - this.window) <= WINDOW_REACH;
      if (reaches && distance >= 0 && distance < WORD) return;
      this.seal();
    }
    this.window = window;
    this.journal = journal;
  }

  /** Hands the block over to the file, if there is anything in it, and begins a new one. */
  seal(): void {
    if (this.records === 0) return;
    this.before?.seal();
    const crc = this.writeHeader();
    this.file.add(this.buffer, this.length, this.records, crc);
    this.buffer = NO_BUFFER;
    this.length = BLOCK_HEADER_BYTES;
    this.records = 0;
  }

  /** Seals what there is; nothing may be built any more. */
  end(): void {
    this.seal();
  }

  private makeRoom(size: number): void {
    const { window, journal } = this;
    this.seal();
    this.rebase(window, journal);
    this.buffer = this.file.buffers.take(Math.max(this.blockBytes, this.length + size));
  }

  private writeHeader(): number {
    const { words } = this.buffer;
    words.fill(0, 0, BLOCK_HEADER_BYTES / 4);
    words[0] = BLOCK_MAGIC;
    words[BLOCK_PAYLOAD_WORD] = this.length - BLOCK_HEADER_BYTES;
    words[BLOCK_RECORDS_WORD] = this.records;
    words[BLOCK_ORDINAL_WORD] = this.file.nextOrdinal;
    words[BLOCK_KIND_WORD] = this.kind;
    words[BLOCK_WINDOW_WORD] = this.window;
    words[BLOCK_JOURNAL_WORD] = this.journal % WORD;
    words[BLOCK_JOURNAL_WORD + 1] = Math.floor(this.journal / WORD);
    const crc = crc32c(this.buffer.bytes, BLOCK_CRC_FROM, this.length);
    words[BLOCK_CRC_WORD] = crc;
    return crc;
  }
}
