/**
 * How far V8's heap may grow before V8 marks all of it.
 *
 * V8 takes the next limit from what was alive after a collection, and grows it the less the more of
 * its time a program works for itself: for a service that holds 15 MB of objects, all else lying in
 * typed arrays, by a few MB. Young objects and buffers of the network use that up at once, so that
 * under remote write it marked the whole heap several times a second on all processors, a quarter
 * of the service's CPU (docs/adr/0024-collections-under-load.md).
 *
 * I1  Set after the program was loaded: code that V8 compiled before is only good for the flags
 *     that it was compiled under (bundled-program.ts).
 *
 * Units: percent of what was alive after the collection before.
 */
import { setFlagsFromString } from "node:v8";

const GROWTH_PERCENT = 200;

/** Lets V8's heap grow by twice what is alive between two full collections. */
export function growBetweenCollections(): void {
  setFlagsFromString(`--heap-growing-percent=${GROWTH_PERCENT}`);
}
