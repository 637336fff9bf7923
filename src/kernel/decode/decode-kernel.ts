/**
 * What the compiled kernel offers: decoding, and rates over what was decoded.
 */
export { decode, INPUT, INPUT_BYTES_MAX, SAMPLES_MAX, TIMES, VALUES } from "./decode-xor.ts";
export { dropStale, ENDS, KINDS, RATES, rates, STEPS_MAX } from "./rates.ts";
