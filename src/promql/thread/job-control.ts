/**
 * The words that the two threads of a job share: whether anybody waits for it still, and how much
 * of its text was taken.
 *
 * The text is made faster than a client reads it. Left alone it would pile up, hundreds of
 * megabytes at worst, in the thread that stores samples, whose collector then marks its heap for
 * them.
 *
 * I1  Words only grow; whoever changes one wakes up the other thread.
 *
 * Units: TAKEN counts portions; …Ms milliseconds.
 */

const CANCELED = 0;
const TAKEN = 1;
const WORDS = 2;

/** How many portions a text may be ahead of who takes it. */
const AHEAD_MAX = 8;

/** What is shared. */
export type JobControl = Int32Array<SharedArrayBuffer>;

/** The words of a job that begins. */
export function newJobControl(): JobControl {
  return new Int32Array(new SharedArrayBuffer(WORDS * Int32Array.BYTES_PER_ELEMENT));
}

/** Nobody waits for the job any more. */
export function cancelJob(control: JobControl): void {
  Atomics.store(control, CANCELED, 1);
  Atomics.notify(control, TAKEN);
}

export function isJobCanceled(control: JobControl): boolean {
  return Atomics.load(control, CANCELED) === 1;
}

/** One more portion of the text was taken. */
export function portionTaken(control: JobControl): void {
  Atomics.add(control, TAKEN, 1);
  Atomics.notify(control, TAKEN);
}

/**
 * Waits until the text, of which `sent` portions were sent, may go on: not far ahead of who takes
 * it, or canceled, or after `waitMs`. False = it had not to wait.
 */
export async function textMayGoOn(
  control: JobControl,
  sent: number,
  waitMs: number,
): Promise<boolean> {
  let hasWaited = false;
  for (;;) {
    const taken = Atomics.load(control, TAKEN);
    if (sent - taken < AHEAD_MAX || isJobCanceled(control)) return hasWaited;
    hasWaited = true;
    const { async, value } = Atomics.waitAsync(control, TAKEN, taken, waitMs);
    if ((async ? await value : value) === "timed-out") return true;
  }
}
