/**
 * A recorded state of a real process's page heap, to predict from it where spans will lie.
 *
 * One JSON object a line, as docs/format/trace.md describes: usage bits of every 4 MiB from the
 * start of the heap, and the pages that the processor holds. Page 0 there is FIRST_PAGE here.
 *
 * Units: 8 KiB pages.
 */
import { TsdbError } from "../base/errors.ts";
import type { PageIndex } from "../base/units.ts";
import { FIRST_PAGE, type PageHeap } from "./pages.ts";

/** State of a page heap right after the operation on `line`. */
export interface PageDump {
  readonly line: number;
  /** Usage bits from FIRST_PAGE on; 1 = in use. */
  readonly usage: Uint32Array;
  readonly cacheBlock: PageIndex;
  /** Usage of the cache's block as the processor sees it; 0 = a page it holds. */
  readonly cacheLow: number;
  readonly cacheHigh: number;
}

const WORD_DIGITS = 16;
const HALF_DIGITS = 8;
const NO_PAGES = "0000000000000000";

/** Dumps of NDJSON text, by line. Throws TsdbError TRACE_INVALID for a text that is none. */
export function parsePageDumps(text: string): Map<number, PageDump> {
  const dumps = new Map<number, PageDump>();
  for (const line of text.split("\n")) {
    if (line === "") continue;
    const dump = parsePageDump(line);
    dumps.set(dump.line, dump);
  }
  return dumps;
}

/** A line without cache fields is a processor that holds no page. */
function parsePageDump(text: string): PageDump {
  const {
    line,
    chunks,
    pcache_page: page = 0,
    pcache_bits: bits = NO_PAGES,
  } = JSON.parse(text) as Readonly<Record<string, unknown>>;
  const known = typeof line === "number" && typeof page === "number" && typeof bits === "string";
  if (!known || !Array.isArray(chunks)) {
    throw new TsdbError("TRACE_INVALID", "page dump: a line lacks its fields");
  }
  const [low, high] = halves(bits, 0);
  return {
    line,
    usage: Uint32Array.from(chunks.flatMap((digits) => wordsOf(String(digits)))),
    cacheBlock: (page + FIRST_PAGE) as PageIndex,
    cacheLow: ~low >>> 0,
    cacheHigh: ~high >>> 0,
  };
}

/** 32-bit words, lowest pages first, of 64-bit words written as 16 digits each. */
function wordsOf(digits: string): number[] {
  const words: number[] = [];
  for (let at = 0; at < digits.length; at += WORD_DIGITS) words.push(...halves(digits, at));
  return words;
}

function halves(digits: string, at: number): [low: number, high: number] {
  const high = Number.parseInt(digits.slice(at, at + HALF_DIGITS), 16);
  const low = Number.parseInt(digits.slice(at + HALF_DIGITS, at + WORD_DIGITS), 16);
  if (Number.isNaN(high) || Number.isNaN(low)) {
    throw new TsdbError("TRACE_INVALID", "page dump: a word is not 16 hexadecimal digits");
  }
  return [low, high];
}

/** Gives a page heap the recorded state. */
export function loadPageDump(pages: PageHeap, dump: PageDump): void {
  pages.load(dump.usage, dump.cacheBlock, dump.cacheLow, dump.cacheHigh);
}
