/**
 * Makes the new series of a scanned request: keys, the pairs of their labels, which lists of
 * series they go to. The caller makes their chunks; first-samples.ts then fills those.
 *
 * M1  A series is made whole or not at all. Left to the caller: one that is known, or has no hash;
 *     labels that are not in canonical form; a time outside of the window that the caller names;
 *     no room for its key.
 * M2  A label that no series had before stops the making until the caller has put its pair in
 *     LABEL_PAIRS; then the series is made for certain.
 * M3  Series that follow each other mostly share pairs: MADE_RUNS has a pair once for all series in
 *     a row that carry it. The pairs of the series made last and the starts of their runs are in
 *     OPEN_PAIRS and OPEN_STARTS until endRuns().
 *
 * Units: addresses and bytes; times are milliseconds since the epoch.
 */
import { findKey } from "./key-index.ts";
import { addKey, grainsOf } from "./key-store.ts";
import { splitLabels } from "./label-split.ts";
import {
  APPEND_END,
  APPEND_FROM_MS,
  APPEND_SERIES,
  APPEND_TO_MS,
  DEFINED_BYTES,
  HASHES,
  INDEX_USED,
  KEY_BYTES,
  KEY_GRAIN_BYTES,
  KEY_SUCCESSOR,
  KEYS,
  KEYS_TO,
  KNOWN_AT,
  KNOWN_LENGTH,
  KNOWN_PAIR,
  LABEL_FRESH,
  LABEL_PAIRS,
  LABEL_SLOTS,
  LABELS_FROM,
  LABELS_MAX,
  LABELS_TO,
  MADE_KEYS,
  MADE_PAIR_COUNTS,
  MADE_PAIRS,
  MADE_PAIRS_MAX,
  MADE_RUNS,
  MADE_SERIES,
  MAKE_BYTES,
  MAKE_COUNT,
  MAKE_FINISHED,
  MAKE_LEFT,
  MAKE_LIMIT,
  MAKE_MOST,
  MAKE_OPEN,
  MAKE_PAIRS,
  MAKE_PREVIOUS,
  MAKE_REF,
  MAKE_RUNS,
  MAKE_SPLIT,
  MAKE_UNKNOWN,
  NEW_KEYS_MAX,
  NEXT_STARTS,
  NO_KEY,
  NO_KNOWN_PAIR,
  NO_REF,
  OPEN_PAIRS,
  OPEN_STARTS,
  OUTPUT,
  SAMPLE_STARTS,
  TIMES,
  VALUE_TO,
} from "./layout.ts";
import { load32, loadDouble, store32 } from "./memory.ts";

/** Bytes that the three lengths of a definition in the journal take at most. */
const LENGTHS_BYTES: u32 = 15;

/** Makes series from APPEND_SERIES on; says why it stopped. `seed` keys the known labels. */
export function makeSeries(seed: u32): u32 {
  const end: u32 = load32(APPEND_END);
  const most: u32 = load32(MAKE_MOST);
  let series: u32 = load32(APPEND_SERIES);
  let why: u32 = MAKE_FINISHED;
  for (; series < end && load32(MAKE_COUNT) < most; series += 1) {
    const hash: u32 = load32(HASHES + series * 4);
    const at: u32 = OUTPUT + load32(LABELS_FROM + series * 4);
    const length: u32 = load32(LABELS_TO + series * 4) + OUTPUT - at;
    let labels: u32 = load32(MAKE_SPLIT);
    if (labels === 0) {
      if (load32(MAKE_PAIRS) + LABELS_MAX > MADE_PAIRS_MAX) break;
      if (load32(MAKE_BYTES) + length + LENGTHS_BYTES > DEFINED_BYTES) break;
      why = MAKE_LEFT;
      if (!isNew(series, hash, at, length)) break;
      labels = splitLabels(at, at + length, seed);
      if (labels === 0) break;
      why = MAKE_UNKNOWN;
      if (!areKnown(labels)) break;
    }
    make(hash, at, length, labels);
    why = MAKE_FINISHED;
  }
  store32(APPEND_SERIES, series);
  return why;
}

/** Writes the runs that are still open. */
export function endRuns(): void {
  const open: u32 = load32(MAKE_OPEN);
  const last: u32 = load32(MADE_SERIES + (load32(MAKE_COUNT) - 1) * 4);
  for (let i: u32 = 0; i < open; i += 1) endRun(i, last);
  store32(MAKE_OPEN, 0);
}

/** Whether a series of the request is one that is made here: M1. */
function isNew(series: u32, hash: u32, at: u32, length: u32): boolean {
  if (load32(KEYS + series * 4) !== NO_KEY || hash === 0) return false;
  const timeMs: f64 = loadDouble(TIMES + load32(SAMPLE_STARTS + series * 4) * 8);
  if (!(timeMs >= loadDouble(APPEND_FROM_MS) && timeMs < loadDouble(APPEND_TO_MS))) return false;
  const keyEnd: u32 = load32(KEYS_TO) + grainsOf(length) * KEY_GRAIN_BYTES;
  if (keyEnd > load32(MAKE_LIMIT) || load32(INDEX_USED) >= NEW_KEYS_MAX) return false;
  return findKey(hash, at, length) === NO_KEY;
}

/** Whether all labels that were split have pairs; notes those that have none, and waits. */
function areKnown(labels: u32): boolean {
  let known: boolean = true;
  for (let i: u32 = 0; i < labels; i += 1) {
    const isFresh: boolean = load32(LABEL_PAIRS + i * 4) === NO_KNOWN_PAIR;
    store32(LABEL_FRESH + i * 4, isFresh ? 1 : 0);
    if (isFresh) known = false;
  }
  if (!known) store32(MAKE_SPLIT, labels);
  return known;
}

function make(hash: u32, at: u32, length: u32, labels: u32): void {
  const count: u32 = load32(MAKE_COUNT);
  const base: u32 = load32(MAKE_REF);
  const ref: u32 = base === NO_REF ? load32(MADE_SERIES + count * 4) : base + count;
  const key: u32 = addKey(hash, at, length, ref);
  const previous: u32 = load32(MAKE_PREVIOUS);
  if (previous !== NO_KEY) store32(previous * KEY_GRAIN_BYTES + KEY_SUCCESSOR, key);
  if (load32(MAKE_SPLIT) !== 0) keepFresh(labels, at, key * KEY_GRAIN_BYTES + KEY_BYTES);
  takeRuns(labels, ref, count);
  const pairs: u32 = load32(MAKE_PAIRS);
  for (let i: u32 = 0; i < labels; i += 1) {
    store32(MADE_PAIRS + (pairs + i) * 4, load32(LABEL_PAIRS + i * 4));
  }
  store32(MADE_SERIES + count * 4, ref);
  store32(MADE_KEYS + count * 4, key);
  store32(MADE_PAIR_COUNTS + count * 4, labels);
  store32(MAKE_PAIRS, pairs + labels);
  store32(MAKE_BYTES, load32(MAKE_BYTES) + length + LENGTHS_BYTES);
  store32(MAKE_COUNT, count + 1);
  store32(MAKE_PREVIOUS, key);
  store32(MAKE_SPLIT, 0);
}

/** Makes the labels known whose pairs the caller has found; the set now lies at `text`. */
function keepFresh(labels: u32, at: u32, text: u32): void {
  let from: u32 = at;
  for (let i: u32 = 0; i < labels; i += 1) {
    const to: u32 = load32(VALUE_TO + i * 4);
    if (load32(LABEL_FRESH + i * 4) !== 0) {
      const slot: u32 = load32(LABEL_SLOTS + i * 4);
      store32(slot + KNOWN_AT, text + from - at);
      store32(slot + KNOWN_LENGTH, to - from);
      store32(slot + KNOWN_PAIR, load32(LABEL_PAIRS + i * 4));
    }
    from = to;
  }
}

/** Lets the runs of the series before go on or end, and begins those of new pairs: M3. */
function takeRuns(labels: u32, ref: u32, count: u32): void {
  const open: u32 = load32(MAKE_OPEN);
  const last: u32 = count === 0 ? 0 : load32(MADE_SERIES + (count - 1) * 4);
  const follows: boolean = count > 0 && ref === last + 1;
  // Both sets of pairs are sorted by name, so that most are in the same place.
  for (let i: u32 = 0; i < open; i += 1) {
    const pair: u32 = load32(OPEN_PAIRS + i * 4);
    if (!follows || placeOf(LABEL_PAIRS, labels, pair, i) === labels) endRun(i, last);
  }
  for (let i: u32 = 0; i < labels; i += 1) {
    const pair: u32 = load32(LABEL_PAIRS + i * 4);
    const place: u32 = follows ? placeOf(OPEN_PAIRS, open, pair, i) : open;
    const start: u32 = place === open ? ref : load32(OPEN_STARTS + place * 4);
    store32(NEXT_STARTS + i * 4, start);
  }
  for (let i: u32 = 0; i < labels; i += 1) {
    store32(OPEN_PAIRS + i * 4, load32(LABEL_PAIRS + i * 4));
    store32(OPEN_STARTS + i * 4, load32(NEXT_STARTS + i * 4));
  }
  store32(MAKE_OPEN, labels);
}

/** Where a pair is among `count` pairs of a column, perhaps at `guess`; `count`: nowhere. */
function placeOf(column: u32, count: u32, pair: u32, guess: u32): u32 {
  if (guess < count && load32(column + guess * 4) === pair) return guess;
  let i: u32 = 0;
  while (i < count && load32(column + i * 4) !== pair) i += 1;
  return i;
}

/** Writes the open run at place `i`, which ends with series `last`. */
function endRun(i: u32, last: u32): void {
  const runs: u32 = load32(MAKE_RUNS);
  const run: u32 = MADE_RUNS + runs * 12;
  store32(run, load32(OPEN_PAIRS + i * 4));
  store32(run + 4, load32(OPEN_STARTS + i * 4));
  store32(run + 8, last);
  store32(MAKE_RUNS, runs + 1);
}
