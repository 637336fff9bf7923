/**
 * SIGTERM and SIGINT: the first asks for an orderly end, the second ends the process at once.
 */

const SIGNALS = ["SIGINT", "SIGTERM"] as const;
/** Exit code of a process that a signal ended, as shells count: 128 and the signal's number. */
const EXIT_CODES = { SIGINT: 130, SIGTERM: 143 } as const;

export type StopSignal = (typeof SIGNALS)[number];

/** Calls `reload` on SIGHUP, as Prometheus reads its configuration again. */
export function onHangUp(reload: () => void): void {
  process.on("SIGHUP", reload);
}

/** Listens for the signals; the promise has the first one. `exit` ends the process. */
export function stopSignal(exit: (code: number) => void): Promise<StopSignal> {
  return new Promise((resolve) => {
    let isStopping = false;
    for (const signal of SIGNALS) {
      process.on(signal, () => {
        if (isStopping) exit(EXIT_CODES[signal]);
        isStopping = true;
        resolve(signal);
      });
    }
  });
}
