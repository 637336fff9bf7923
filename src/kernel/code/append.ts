/**
 * Append: the samples of a scanned request go into their chunks, as long as that is usual.
 *
 * The encoding is that of chunk/xor-appender.ts (docs/format/chunk.md), to the bit. The states of
 * all chunks lie in the kernel's memory; the heap's bytes do not, so what changes there is left in
 * PATCHES for the caller to put in place.
 *
 * A1  A sample is stored whole, with its journal entry, or nothing is changed for it.
 * A2  Left to the caller: a series that the scan did not find; the first two samples of a chunk; a
 *     time that is not behind the chunk's last, or not in the window that the caller names; a slice
 *     that must grow; a seek mark that is due; a chunk that is full or holds histograms; a series
 *     that the journal does not know.
 *
 * Units: addresses; positions are bits; times are milliseconds since the epoch.
 */
import {
  APPEND_END,
  APPEND_FROM_MS,
  APPEND_LOG_AT,
  APPEND_SERIES,
  APPEND_STORED,
  APPEND_TO_MS,
  CHUNK_ADDRESS_LOW,
  CHUNK_BIT_LENGTH,
  CHUNK_CAPACITY,
  CHUNK_KIND_MASK,
  CHUNK_KIND_SHIFT,
  CHUNK_LAST_HIGH,
  CHUNK_LAST_LOW,
  CHUNK_LAST_TIME,
  CHUNK_OPEN_BYTE_SHIFT,
  CHUNK_PREVIOUS_TIME,
  CHUNK_REGION,
  CHUNK_SAMPLE_COUNT,
  CHUNK_SAMPLES_MAX,
  CHUNK_STATE_BYTES,
  CHUNK_STATES,
  CHUNK_WASTE_STATE,
  CHUNK_WINDOW_STATE,
  FINE_MARK_SAMPLES,
  KEYS,
  NO_CHUNK,
  NO_KEY,
  PATCH_AT,
  PATCH_BITS,
  PATCH_BYTES,
  PATCH_COUNT,
  PATCH_LENGTH,
  PATCH_REGION,
  PATCH_START,
  PATCHES,
  PATCHES_MAX,
  SAMPLE_STARTS,
  SERIES_CHUNKS,
  SERIES_REFS,
  TIMES,
  VALUES_HIGH,
  VALUES_LOW,
} from "./layout.ts";
import { canLog, logSample } from "./log-sample.ts";
import { load32, loadDouble, store32, storeDouble } from "./memory.ts";
import { putBits, putTimeCode, putValueCode } from "./xor-code.ts";
import {
  addWaste,
  fitsWindow,
  isWasteful,
  leadingOf,
  leadingZeros,
  NO_WASTE,
  packWindow,
  STANDARD_SAMPLES,
  trailingOf,
  trailingZeros,
  wasteOfReopened,
  windowFor,
} from "./xor-window.ts";

/** Bytes that a patch changes when the slice has room for so many: most need no more. */
const USUAL_BYTES: u32 = 5;
/** Largest second difference of times that is stored here: its code has 20 bits. */
const TIME_CODE_MAX: f64 = 524288;

/** Stores from series APPEND_SERIES on, as far as all is usual and PATCHES has room. */
export function append(): void {
  const end: u32 = load32(APPEND_END);
  const fromMs: f64 = loadDouble(APPEND_FROM_MS);
  const toMs: f64 = loadDouble(APPEND_TO_MS);
  const logs: boolean = load32(APPEND_LOG_AT) !== 0;
  let series: u32 = load32(APPEND_SERIES);
  let stored: u32 = 0;
  for (; series < end && stored < PATCHES_MAX; series += 1) {
    if (load32(KEYS + series * 4) === NO_KEY) break;
    const ref: u32 = load32(SERIES_REFS + series * 4);
    const chunk: u32 = load32(SERIES_CHUNKS + ref * 4);
    if (chunk === NO_CHUNK) break;
    const sample: u32 = load32(SAMPLE_STARTS + series * 4);
    const timeMs: f64 = loadDouble(TIMES + sample * 8);
    const state: u32 = CHUNK_STATES + chunk * CHUNK_STATE_BYTES;
    const lastMs: f64 = loadDouble(state + CHUNK_LAST_TIME);
    if (!(timeMs > lastMs && lastMs >= fromMs && timeMs < toMs)) break;
    if (logs && !canLog(ref, timeMs)) break;
    const patch: u32 = PATCHES + stored * PATCH_BYTES;
    const high: u32 = load32(VALUES_HIGH + sample * 4);
    const low: u32 = load32(VALUES_LOW + sample * 4);
    if (!appendSample(state, patch, timeMs, lastMs, high, low)) break;
    if (logs) logSample(ref, timeMs, high, low);
    stored += 1;
  }
  store32(APPEND_SERIES, series);
  store32(APPEND_STORED, stored);
}

/** Adds a sample to the chunk of a state, its bits to a patch; false when that is not usual. */
function appendSample(
  state: u32,
  patch: u32,
  timeMs: f64,
  lastMs: f64,
  high: u32,
  low: u32,
): boolean {
  const count: u32 = load32(state + CHUNK_SAMPLE_COUNT);
  const before: u32 = load32(state + CHUNK_WINDOW_STATE);
  const kind: u32 = (before >>> CHUNK_KIND_SHIFT) & CHUNK_KIND_MASK;
  if (count < 2 || count >= CHUNK_SAMPLES_MAX || kind !== 0) return false;
  if ((count + 1) % FINE_MARK_SAMPLES === 0) return false;
  const difference: f64 = timeMs - lastMs - (lastMs - loadDouble(state + CHUNK_PREVIOUS_TIME));
  if (!(difference > -TIME_CODE_MAX && difference <= TIME_CODE_MAX)) return false;
  const bits: u32 = patch + PATCH_BITS;
  const position: u32 = load32(state + CHUNK_BIT_LENGTH);
  const used: u32 = position & 7;
  store32(bits, ((before >>> CHUNK_OPEN_BYTE_SHIFT) << 24) >>> 0);
  let at: u32 = putTimeCode(bits, used, difference);
  let window: u32 = before & 0xffff;
  let waste: u32 = load32(state + CHUNK_WASTE_STATE);
  const xorHigh: u32 = (high ^ load32(state + CHUNK_LAST_HIGH)) >>> 0;
  const xorLow: u32 = (low ^ load32(state + CHUNK_LAST_LOW)) >>> 0;
  if ((xorHigh | xorLow) === 0) {
    at = putBits(bits, at, 0, 1);
  } else {
    const leading: u32 = leadingZeros(xorHigh);
    const trailing: u32 = trailingZeros(xorHigh, xorLow);
    if (!fitsWindow(window, leading, trailing)) {
      window =
        count < STANDARD_SAMPLES
          ? packWindow(leading, trailing)
          : windowFor(window, leading, trailing);
      waste = NO_WASTE;
    } else if (count >= STANDARD_SAMPLES) {
      waste = addWaste(waste, window, leading, trailing);
      if (isWasteful(waste)) {
        window = packWindow(leadingOf(waste), trailingOf(waste));
        waste = wasteOfReopened(leading, trailing);
      }
    }
    at = putValueCode(bits, at, xorHigh, xorLow, window, window !== (before & 0xffff));
  }
  if (!placePatch(state, patch, position >>> 3, at)) return false;
  const open: u32 = (load32(bits + ((at >>> 5) << 2)) >>> (24 - (at & 24))) & 255;
  storeDouble(state + CHUNK_PREVIOUS_TIME, lastMs);
  storeDouble(state + CHUNK_LAST_TIME, timeMs);
  store32(state + CHUNK_LAST_LOW, low);
  store32(state + CHUNK_LAST_HIGH, high);
  store32(state + CHUNK_BIT_LENGTH, position + at - used);
  store32(state + CHUNK_WINDOW_STATE, (window | (open << CHUNK_OPEN_BYTE_SHIFT)) >>> 0);
  store32(state + CHUNK_WASTE_STATE, waste);
  store32(state + CHUNK_SAMPLE_COUNT, count + 1);
  store32(patch + PATCH_COUNT, count + 1);
  return true;
}

/** Says where the first `bits` bits of a patch go, from byte `first` of a slice; false: no room. */
function placePatch(state: u32, patch: u32, first: u32, bits: u32): boolean {
  const capacity: u32 = load32(state + CHUNK_CAPACITY);
  let bytes: u32 = (bits + 7) >>> 3;
  if (first + bytes > capacity) return false;
  if (bytes < USUAL_BYTES && first + USUAL_BYTES <= capacity) bytes = USUAL_BYTES;
  const start: u32 = load32(state + CHUNK_ADDRESS_LOW);
  store32(patch + PATCH_REGION, load32(state + CHUNK_REGION));
  store32(patch + PATCH_START, start);
  store32(patch + PATCH_AT, start + first);
  store32(patch + PATCH_LENGTH, bytes);
  return true;
}
