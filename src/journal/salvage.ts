/**
 * What can be read of a damaged chunk file: its sound blocks, when the file still shows that it is
 * the one that the manifest means, else nothing.
 *
 * A block's own checksum tells that it is sound and not whose it is; the digest over all of them
 * does. So the file is read twice: nothing is taken before it is known.
 */
import type { Block, BlockReader } from "./block-reader.ts";
import { SnapshotDamage } from "./snapshot-damage.ts";

type Open = () => Promise<BlockReader>;
type TakeDamage = (damage: SnapshotDamage) => void;

interface Taker {
  take(block: Block): void;
}

/** Gives the sound blocks of a file to `taker` and damage to `takeDamage`. Throws neither. */
export async function salvageFile(open: Open, taker: Taker, takeDamage: TakeDamage): Promise<void> {
  const damage: SnapshotDamage[] = [];
  const isKnown = await readSound(open, null, (one) => damage.push(one));
  const [first] = damage;
  if (isKnown) await readSound(open, taker, takeDamage);
  else if (first !== undefined) takeDamage(first);
}

/** Reads the sound blocks of a file; whether it is the one that the manifest means. */
async function readSound(open: Open, taker: Taker | null, take: TakeDamage): Promise<boolean> {
  let reader: BlockReader;
  try {
    reader = await open();
  } catch (error) {
    note(error, take);
    return false;
  }
  try {
    while (await readBlock(reader, taker, take));
    return reader.isIdentified;
  } finally {
    await reader.close();
  }
}

/** Reads the next block, if it is sound; whether there may be another one. */
async function readBlock(
  reader: BlockReader,
  taker: Taker | null,
  take: TakeDamage,
): Promise<boolean> {
  try {
    const block = await reader.next();
    if (block === null) return false;
    taker?.take(block);
    return true;
  } catch (error) {
    // At its end a file with a damaged block differs from the manifest: that is known by then.
    if (!reader.isIdentified || reader.canGoOn) note(error, take);
    return reader.canGoOn;
  }
}

function note(error: unknown, take: TakeDamage): void {
  if (!(error instanceof SnapshotDamage)) throw error;
  take(error);
}
