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
/** "No pair" in LABEL_PAIRS. */
export const NO_KNOWN_PAIR: u32 = 0xffffffff;

/** Known label fields: slots of four words, chosen by the hash of the field's bytes. */
export const KNOWN_LABELS: u32 = 256 << 10;
export const KNOWN_SLOTS: u32 = 1 << 14;
export const KNOWN_SLOT_BYTES: u32 = 16;
/** Words of a slot, as offsets in bytes: where such a field lies, its bytes (0: none), its pair. */
export const KNOWN_AT: u32 = 0;
export const KNOWN_LENGTH: u32 = 4;
export const KNOWN_PAIR: u32 = 8;

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

export const FIRST_KEY: u32 = 276 << 20;

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
/** Behind a series whose key was not the predicted one: its hash is known. */
export const SCAN_LOOKUP: u32 = 2;

/** Why laying out stopped. */
export const LAID_FINISHED: u32 = 0;
/** At a field that is left to the careful reader. */
export const LAID_UNUSUAL: u32 = 1;
