/**
 * The chunks in a part of the heap, and one chunk in full: what lies behind a span map.
 *
 * There is no table from pages to chunks: the records of all chunks are gone through, in portions
 * between which others have their turn, so a listing is of neighbouring moments.
 *
 * Units: …Ms milliseconds since the epoch, …Bytes bytes; pages are 8 KiB, counted from address 0.
 */
import { TsdbError } from "../base/errors.ts";
import {
  addressOfPage,
  type ChunkRef,
  type PageIndex,
  pageOfAddress,
  windowStart,
} from "../base/units.ts";
import { SampleColumns } from "../chunk/sample-columns.ts";
import { decodeRange } from "../chunk/xor-decoder.ts";
import { ORIGIN_NAMES } from "./heap-status-spans.ts";
import type { Store } from "./store.ts";

/** Records gone through in one portion: about a millisecond. */
const STEP_CHUNKS = 100_000;
/** Chunks listed at most. */
export const CHUNKS_MAX = 20_000;
/** Samples of a chunk that are shown at most; the others are left out evenly. */
const SAMPLES_MAX = 1000;

/** Chunks as columns, in no particular order. */
export interface ChunkListing {
  /** Whether there were more than CHUNKS_MAX. */
  readonly isCut: boolean;
  readonly windowStartsMs: readonly number[];
  readonly chunk: number[];
  readonly series: number[];
  /** First page of the span, and the slot in it. */
  readonly page: number[];
  readonly slot: number[];
  /** Index into windowStartsMs. */
  readonly window: number[];
  /** Index into ORIGIN_NAMES. */
  readonly origin: number[];
  readonly samples: number[];
  readonly bytes: number[];
  readonly capacity: number[];
}

/** One chunk. */
export interface ChunkDetail {
  readonly chunk: number;
  readonly labels: Readonly<Record<string, string>>;
  readonly address: number;
  readonly windowStartMs: number;
  readonly windowEndMs: number;
  /** When its window is dropped. */
  readonly expiryMs: number;
  readonly origin: string;
  readonly sampleCount: number;
  readonly byteCount: number;
  readonly capacityBytes: number;
  readonly slotBytes: number;
  readonly firstTimeMs: number;
  readonly lastTimeMs: number;
  /** What samples are: floats, or native histograms, of which no values are shown. */
  readonly isHistogram: boolean;
  readonly timesMs: number[];
  /** As texts: there are NaN and infinities among them. */
  readonly values: string[];
}

/** Lists the chunks whose first byte lies in [fromPage, endPage). */
export async function listChunks(
  store: Store,
  fromPage: number,
  endPage: number,
  pause: () => Promise<void>,
): Promise<ChunkListing> {
  const { head, ledger, chunks } = store;
  const windows = ledger.columns.ordered().map((column) => ledger.columns.windowOf(column));
  const listing = {
    isCut: false,
    windowStartsMs: windows.map((window) => windowStart(window, head.windowMs)),
    ...{ chunk: [], series: [], page: [], slot: [], window: [] },
    ...{ origin: [], samples: [], bytes: [], capacity: [] },
  } as ChunkListing & { isCut: boolean };
  const from = addressOfPage(fromPage as PageIndex);
  const end = addressOfPage(endPage as PageIndex);
  for (let chunk = 0 as ChunkRef; chunk < chunks.upperBound; chunk++) {
    if (chunk % STEP_CHUNKS === STEP_CHUNKS - 1) await pause();
    const address = chunks.addressOf(chunk);
    if (address < from || address >= end || !chunks.isLive(chunk)) continue;
    listing.isCut = listing.chunk.length === CHUNKS_MAX;
    if (listing.isCut) break;
    listing.window.push(windows.indexOf(chunks.windowOf(chunk)));
    listChunk(store, chunk, listing);
  }
  return listing;
}

function listChunk({ chunks, heap, ledger }: Store, chunk: ChunkRef, listing: ChunkListing): void {
  const { spans } = heap.store;
  const address = chunks.addressOf(chunk);
  const span = spans.spanAt(pageOfAddress(address));
  const page = spans.pageOf(span);
  const slotBytes = heap.slotBytes(chunks.capacityOf(chunk));
  listing.chunk.push(chunk);
  listing.series.push(chunks.seriesOf(chunk));
  listing.page.push(page);
  listing.slot.push(Math.floor((address - addressOfPage(page)) / slotBytes));
  listing.origin.push(ledger.spanOriginOf(chunk));
  listing.samples.push(chunks.sampleCountOf(chunk));
  listing.bytes.push(chunks.byteLengthOf(chunk));
  listing.capacity.push(chunks.capacityOf(chunk));
}

/** One chunk, which must still lie at `address`. TsdbError NOT_FOUND otherwise. */
export function chunkDetail(store: Store, ref: number, address: number): ChunkDetail {
  const { chunks, head, heap, ledger } = store;
  const chunk = ref as ChunkRef;
  const isThere =
    ref < chunks.upperBound && chunks.isLive(chunk) && chunks.addressOf(chunk) === address;
  if (!isThere) {
    throw new TsdbError("NOT_FOUND", `no chunk ${ref} at address ${address}: it has moved or gone`);
  }
  const windowStartMs = windowStart(chunks.windowOf(chunk), head.windowMs);
  return {
    chunk: ref,
    labels: head.index.labelsOf(chunks.seriesOf(chunk)).toRecord(),
    address,
    windowStartMs,
    windowEndMs: windowStartMs + head.windowMs,
    expiryMs: windowStartMs + head.windowCount * head.windowMs,
    origin: ORIGIN_NAMES[ledger.spanOriginOf(chunk)] as string,
    sampleCount: chunks.sampleCountOf(chunk),
    byteCount: chunks.byteLengthOf(chunk),
    capacityBytes: chunks.capacityOf(chunk),
    slotBytes: heap.slotBytes(chunks.capacityOf(chunk)),
    firstTimeMs: chunks.firstTimeOf(chunk),
    lastTimeMs: chunks.lastTimeOf(chunk),
    isHistogram: chunks.isHistogram(chunk),
    ...(chunks.isHistogram(chunk) ? { timesMs: [], values: [] } : shownSamples(store, chunk)),
  };
}

function shownSamples({ chunks }: Store, chunk: ChunkRef) {
  const columns = new SampleColumns(Math.max(1, chunks.sampleCountOf(chunk)));
  decodeRange(chunks, chunk, Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY, columns);
  const every = Math.ceil(columns.length / SAMPLES_MAX);
  const timesMs: number[] = [];
  const values: string[] = [];
  for (let i = 0; i < columns.length; i += every) {
    timesMs.push(columns.times[i] as number);
    values.push(String(columns.values[i]));
  }
  return { timesMs, values };
}
