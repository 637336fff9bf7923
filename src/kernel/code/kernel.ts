/**
 * What the kernel offers: one function a job, over addresses in its memory.
 *
 * The compiler starts here (scripts/compile-kernel.ts), and so do tests that run the same code as
 * plain TypeScript.
 */
export { append } from "./append.ts";
export { copyBytes, equalBytes, hashBytes, sharedPrefix, sharedSuffix } from "./bytes.ts";
export { fillFirst } from "./first-samples.ts";
export { findKey, reserveKeys } from "./key-index.ts";
export { addKey, addWrittenKey, dropKey } from "./key-store.ts";
export { forgetFamily, keepFamily } from "./known-families.ts";
export { joinFields } from "./label-join.ts";
export { splitLabels } from "./label-split.ts";
export { endRuns, makeSeries } from "./make-series.ts";
export { plainLabelsEnd } from "./plain-labels.ts";
export { layOut } from "./request-2.ts";
export { scan2 } from "./request-2-scan.ts";
export { scan } from "./series-scan.ts";
export { expand } from "./snappy.ts";
