/**
 * The bytes that a label field begins with, and those in front of its name and its value: `Label`
 * of proto/remote.proto as part of a series.
 */

/** Field 1 of a series. */
export const LABEL_TAG: u32 = 0x0a;
/** Fields 1 and 2 of a label. */
export const NAME_TAG: u32 = 0x0a;
export const VALUE_TAG: u32 = 0x12;
/** Tag, length below 128, tag of the name: as the low 24 bits of a word, length left out. */
export const SHORT_HEAD: u32 = 0x0a000a;
export const SHORT_HEAD_MASK: u32 = 0xff80ff;
