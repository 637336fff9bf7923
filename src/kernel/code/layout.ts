/**
 * Where everything lies in the kernel's memory.
 *
 * State words are how a call talks to its caller. Columns have one entry per series or sample of a
 * request, as many as a request may have. Input and output take a compressed and a decoded body,
 * and a kernel reads and writes at most SLACK_BYTES behind either. Keys follow.
 *
 * A key is a series' label bytes as they stand on the wire, behind a header of six words. Its ref
 * is its address divided by 8.
 *
 * Untouched pages cost nothing, so the regions may be generous.
 *
 * Units: bytes and addresses; …MAX are counts where no other unit is named.
 */

/** What a caller must know of a scan, in words from STATE on. */
export const STATE: u32 = 1024;
/** Next byte of the body; the body's end. Addresses. */
export const STATE_AT: u32 = STATE;
export const STATE_END: u32 = STATE + 4;
/** Series and samples found so far. */
export const STATE_SERIES: u32 = STATE + 8;
export const STATE_SAMPLES: u32 = STATE + 12;
/** Key of the series before, or NO_KEY. */
export const STATE_PREVIOUS: u32 = STATE + 16;
/** What the hash of keys starts with. */
export const STATE_SEED: u32 = STATE + 20;
/** Metadata entries stepped over since they say what is known. */
export const STATE_FAMILIES: u32 = STATE + 24;

/** The same for laying a 2.0 request out: its next byte and its end, where the result goes. */
export const LAID_AT: u32 = STATE + 32;
export const LAID_END: u32 = STATE + 36;
export const LAID_TO: u32 = STATE + 40;
/** The result may not pass this address. */
export const LAID_LIMIT: u32 = STATE + 44;
/** Symbols found so far. */
export const LAID_SYMBOLS: u32 = STATE + 48;
/** What metadata was written since this number changed is not written again. */
export const LAID_ROUND: u32 = STATE + 52;
/** Metadata entries left out since they were written before. */
export const LAID_REPEATED: u32 = STATE + 56;
/** A number that each call of layOut() raises: what it laid out stays where it is till the next. */
export const LAID_GENERATION: u32 = STATE + 60;

/** Series of the request that are not laid out, since they are those of their keys. */
export const TAKEN_2_COUNT: u32 = STATE + 112;

/** The same for storing what was scanned: the next series of the request and their end. */
export const APPEND_SERIES: u32 = STATE + 64;
export const APPEND_END: u32 = STATE + 68;
/** Patches and samples so far: PATCHES has the bits of the samples that were stored. */
export const APPEND_STORED: u32 = STATE + 72;
/** Where the next journal entry goes, 0 when there is no journal; series of the one before. */
export const APPEND_LOG_AT: u32 = STATE + 76;
export const APPEND_LOG_NUMBER: u32 = STATE + 80;
/** Doubles: times from..to (exclusive) that are stored here, time of the entry before. */
export const APPEND_FROM_MS: u32 = STATE + 88;
export const APPEND_TO_MS: u32 = STATE + 96;
export const APPEND_LOG_MS: u32 = STATE + 104;

/** The table of keys (key-index.ts): its slots, and how many are used or were given up. */
export const INDEX_SLOTS: u32 = STATE + 128;
export const INDEX_USED: u32 = STATE + 132;
export const INDEX_REMOVED: u32 = STATE + 136;
/** Where the next key goes when no free one fits; keys in use in grains; free keys. */
export const KEYS_TO: u32 = STATE + 140;
export const KEYS_LIVE: u32 = STATE + 144;
export const KEYS_FREE: u32 = STATE + 148;
/** Keys end here while series are made (make-series.ts): an address. */
export const MAKE_LIMIT: u32 = STATE + 152;
/** Refs that new series get: from this one on, or those in MADE_SERIES when it is NO_REF. */
export const MAKE_REF: u32 = STATE + 156;
/** Most series to make; those made so far, their pairs, their runs. */
export const MAKE_MOST: u32 = STATE + 160;
export const MAKE_COUNT: u32 = STATE + 164;
export const MAKE_PAIRS: u32 = STATE + 168;
export const MAKE_RUNS: u32 = STATE + 172;
/** Bytes that the definitions of the series made so far may take. */
export const MAKE_BYTES: u32 = STATE + 200;
/** Labels of the series that waits for pairs, 0 when none does; pairs of the series before. */
export const MAKE_SPLIT: u32 = STATE + 176;
export const MAKE_OPEN: u32 = STATE + 180;
/** Key of the series before in the request, or NO_KEY. */
export const MAKE_PREVIOUS: u32 = STATE + 184;
/** Definitions in the journal: number and key of the one before, where the next one goes. */
export const DEFINE_NUMBER: u32 = STATE + 188;
export const DEFINE_KEY: u32 = STATE + 192;
export const DEFINE_AT: u32 = STATE + 196;

/** Most labels of a label set that splitLabels takes apart. */
export const LABELS_MAX: u32 = 128;
const LABEL_COLUMN: u32 = 512;
/** Columns by label of the set that was split last: its texts (addresses), its pair, its slot. */
export const NAME_FROM: u32 = 2048;
export const NAME_TO: u32 = NAME_FROM + LABEL_COLUMN;
export const VALUE_FROM: u32 = NAME_TO + LABEL_COLUMN;
export const VALUE_TO: u32 = VALUE_FROM + LABEL_COLUMN;
export const LABEL_PAIRS: u32 = VALUE_TO + LABEL_COLUMN;
export const LABEL_SLOTS: u32 = LABEL_PAIRS + LABEL_COLUMN;
/** The pairs of the series made last, and the first series in a row that each one was in. */
export const OPEN_PAIRS: u32 = LABEL_SLOTS + LABEL_COLUMN;
export const OPEN_STARTS: u32 = OPEN_PAIRS + LABEL_COLUMN;
/** 1 for a label of the set that was split last when its pair was found by the caller. */
export const LABEL_FRESH: u32 = OPEN_STARTS + LABEL_COLUMN;
/** Where the runs of the set that was split last begin, until they are in OPEN_STARTS. */
export const NEXT_STARTS: u32 = LABEL_FRESH + LABEL_COLUMN;
/** "No pair" in LABEL_PAIRS. */
export const NO_KNOWN_PAIR: u32 = 0xffffffff;

/** First free key of each size, 0 for none: see key-store.ts. */
export const FREE_KEYS: u32 = 8192;
export const FREE_KEY_SIZES: u32 = 1024;

/** Known label fields: slots of four words, chosen by the hash of the field's bytes. */
export const KNOWN_LABELS: u32 = 256 << 10;
export const KNOWN_SLOTS: u32 = 1 << 14;
export const KNOWN_SLOT_BYTES: u32 = 16;
/** Words of a slot, as offsets in bytes: where such a field lies, its bytes (0: none), its pair. */
export const KNOWN_AT: u32 = 0;
export const KNOWN_LENGTH: u32 = 4;
export const KNOWN_PAIR: u32 = 8;

/** Labels laid out of a 2.0 request: slots chosen by the bytes of their two references. */
export const LAID_LABELS: u32 = 512 << 10;
export const LAID_LABEL_SLOTS: u32 = 1 << 13;
export const LAID_LABEL_SLOT_BYTES: u32 = 16;
/** Words of a slot, as offsets in bytes: the references, when, where and how long it was laid. */
export const LAID_LABEL_REFS: u32 = 0;
export const LAID_LABEL_GENERATION: u32 = 4;
export const LAID_LABEL_AT: u32 = 8;
export const LAID_LABEL_BYTES: u32 = 12;

/** Most series and most samples of one request. */
export const ENTRIES_MAX: u32 = 1 << 20;
const WORD_COLUMN: u32 = 4 << 20;

/** Columns by series: label bytes as offsets into the body, then what is known of the key. */
export const LABELS_FROM: u32 = 1 << 20;
export const LABELS_TO: u32 = LABELS_FROM + WORD_COLUMN;
export const KEYS: u32 = LABELS_TO + WORD_COLUMN;
export const HASHES: u32 = KEYS + WORD_COLUMN;
export const SERIES_REFS: u32 = HASHES + WORD_COLUMN;
/** First sample of a series; one entry more than there are series. */
export const SAMPLE_STARTS: u32 = SERIES_REFS + WORD_COLUMN;
/** Columns by sample: time (a double), value. */
export const VALUES_HIGH: u32 = SAMPLE_STARTS + 2 * WORD_COLUMN;
export const VALUES_LOW: u32 = VALUES_HIGH + WORD_COLUMN;
export const TIMES: u32 = VALUES_LOW + WORD_COLUMN;

export const SLACK_BYTES: u32 = 256;
export const BODY_BYTES_MAX: u32 = (64 << 20) - SLACK_BYTES;
export const INPUT: u32 = 48 << 20;
export const OUTPUT: u32 = 112 << 20;
/** A decoded 2.0 request, which is laid out as 1.0 at OUTPUT. */
export const REQUEST_2: u32 = 176 << 20;

/** Symbols of a 2.0 request, as many as it may have before it is left to the careful reader. */
export const SYMBOLS: u32 = 240 << 20;
export const SYMBOLS_MAX: u32 = 1 << 20;
export const SYMBOL_BYTES: u32 = 32;
/** Words of a symbol, as offsets in bytes: its text. */
export const SYMBOL_FROM: u32 = 0;
export const SYMBOL_LENGTH: u32 = 4;
/** The metadata written last for the metric that it names: round, type and kind, help, unit. */
export const SYMBOL_ROUND: u32 = 8;
export const SYMBOL_KIND: u32 = 12;
export const SYMBOL_HELP: u32 = 16;
export const SYMBOL_UNIT: u32 = 20;

/** Known metric families: slots chosen by the hash of the name; an entry's length (0: none). */
export const FAMILIES: u32 = 272 << 20;
export const FAMILY_SLOTS: u32 = 1 << 13;
export const FAMILY_SLOT_BYTES: u32 = 512;
/** The entry's bytes follow its length. */
export const FAMILY_ENTRY: u32 = 4;
export const FAMILY_ENTRY_MAX: u32 = 480;

/** Columns by series: its newest chunk, its number in the journal. */
export const SERIES_MAX: u32 = 1 << 24;
export const SERIES_CHUNKS: u32 = 276 << 20;
export const JOURNAL_NUMBERS: u32 = SERIES_CHUNKS + SERIES_MAX * 4;

/** What samples change in the heap, PATCHES_MAX of them at a time. */
export const PATCHES: u32 = 404 << 20;
export const PATCHES_MAX: u32 = 1024;
export const PATCH_BYTES: u32 = 40;
/** Words of a patch, as offsets in bytes: the slice's region and start, its sample count. */
export const PATCH_REGION: u32 = 0;
export const PATCH_START: u32 = 4;
export const PATCH_COUNT: u32 = 8;
/** Where in the region bytes are changed, how many, and their bits, the first one on top. */
export const PATCH_AT: u32 = 12;
export const PATCH_LENGTH: u32 = 16;
export const PATCH_BITS: u32 = 20;
/** Journal entries of the same samples (docs/format/journal.md). */
export const LOGGED: u32 = 405 << 20;

/** Most series that are made in one go, and of their pairs. */
export const MADE_MAX: u32 = 1024;
export const MADE_PAIRS_MAX: u32 = 1 << 16;
/** Columns by series made: ref, chunk, address of its slice as two words, key, pairs. */
export const MADE_SERIES: u32 = 406 << 20;
export const MADE_CHUNKS: u32 = MADE_SERIES + MADE_MAX * 4;
export const MADE_LOWS: u32 = MADE_CHUNKS + MADE_MAX * 4;
export const MADE_REGIONS: u32 = MADE_LOWS + MADE_MAX * 4;
export const MADE_KEYS: u32 = MADE_REGIONS + MADE_MAX * 4;
export const MADE_PAIR_COUNTS: u32 = MADE_KEYS + MADE_MAX * 4;
/** The pairs of the series made, one series behind the other. */
export const MADE_PAIRS: u32 = MADE_PAIR_COUNTS + MADE_MAX * 4;
/** Runs of series that follow each other and share a pair: the pair, the first, the last. */
export const MADE_RUNS: u32 = 407 << 20;
/** "No ref" in MAKE_REF. */
export const NO_REF: u32 = 0xffffffff;
/** Definitions of the series made (docs/format/journal.md). */
export const DEFINED: u32 = 408 << 20;
export const DEFINED_BYTES: u32 = 8 << 20;

/** The table of keys: slots of two words, key and hash. A slot without a key has 0 or 1. */
export const KEY_INDEX: u32 = 416 << 20;
export const KEY_INDEX_SLOTS_MAX: u32 = 1 << 24;
/** Most keys: 3/4 of the slots; new series leave some to those that are restored or revived. */
export const KEYS_MAX: u32 = 12582912;
export const NEW_KEYS_MAX: u32 = KEYS_MAX - 65536;

/** Keys lie from here up to KEYS_END: below 2^31, so that their addresses are small integers. */
export const FIRST_KEY: u32 = 544 << 20;
export const KEYS_END: u32 = 0x80000000;

/** "No key" wherever one is named. */
export const NO_KEY: u32 = 0xffffffff;
/** A key's ref times this is its address. */
export const KEY_GRAIN_BYTES: u32 = 8;
/** Words of a key's header, as offsets in bytes: the label bytes follow. */
export const KEY_LENGTH: u32 = 0;
export const KEY_SERIES: u32 = 4;
export const KEY_SUCCESSOR: u32 = 8;
export const KEY_HASH: u32 = 12;
export const KEY_NEXT: u32 = 16;
export const KEY_BYTES: u32 = 24;

/** Why a scan stopped. */
export const SCAN_FINISHED: u32 = 0;
/** At a field that is no usual series. */
export const SCAN_UNUSUAL: u32 = 1;
/** At a field of a 2.0 request that the kernel does not lay out. */
export const SCAN_UNLAID: u32 = 2;

/** Why no more series are made: all are, or there is no room to say more. */
export const MAKE_FINISHED: u32 = 0;
/** The next one is left to the caller. */
export const MAKE_LEFT: u32 = 1;
/** The next one, which is split, has labels without a pair: they wait in LABEL_PAIRS. */
export const MAKE_UNKNOWN: u32 = 2;

/** Why laying out stopped. */
export const LAID_FINISHED: u32 = 0;
/** At a field that is left to the careful reader. */
export const LAID_UNUSUAL: u32 = 1;

/** States of chunks, each on a cache line, from here to the end of the memory. */
export const CHUNK_STATES: u32 = KEYS_END;
export const CHUNK_STATE_BYTES: u32 = 64;
export const CHUNKS_MAX: u32 = 1 << 25;
/** A state's fields, as offsets in bytes: three times (doubles), then words. */
export const CHUNK_FIRST_TIME: u32 = 0;
export const CHUNK_LAST_TIME: u32 = 8;
export const CHUNK_PREVIOUS_TIME: u32 = 16;
export const CHUNK_LAST_LOW: u32 = 24;
export const CHUNK_LAST_HIGH: u32 = 28;
export const CHUNK_ADDRESS_LOW: u32 = 32;
export const CHUNK_REGION: u32 = 36;
export const CHUNK_BIT_LENGTH: u32 = 40;
export const CHUNK_CAPACITY: u32 = 44;
export const CHUNK_SAMPLE_COUNT: u32 = 48;
/** XOR window in the low 16 bits, the chunk's kind in the next 2, the open byte in the high 8. */
export const CHUNK_WINDOW_STATE: u32 = 52;
export const CHUNK_WASTE_STATE: u32 = 56;
export const CHUNK_NEWEST_MARK: u32 = 60;
export const CHUNK_KIND_SHIFT: u32 = 16;
export const CHUNK_KIND_MASK: u32 = 3;
export const CHUNK_OPEN_BYTE_SHIFT: u32 = 24;
/** "No chunk" in every link. */
export const NO_CHUNK: u32 = 0xffffffff;
/** Most samples of a chunk: its count has 16 bits. */
export const CHUNK_SAMPLES_MAX: u32 = 65535;
/** Samples between two seek marks at a chunk's tail. */
export const FINE_MARK_SAMPLES: u32 = 30;
