/**
 * The key of this process' hashes of texts: tables that hold what others have written find it by
 * hash, and nobody outside shall choose texts whose hashes are the same.
 *
 * I1  It is chosen once, before there is a table. No result depends on it, only how long it takes.
 */

let key = 0x2545f491;

/** Chooses the key: any 32 bits. */
export function chooseHashKey(bits: number): void {
  key = bits | 0;
}

/** What a hash begins with. */
export function hashKey(): number {
  return key;
}
