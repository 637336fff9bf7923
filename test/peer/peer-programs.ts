/**
 * Neighbours that the system does not have: programs in PEERS_DIR/bin, or in the user's cache below
 * spandrel-bench/peers/bin. `.ci/run` puts Prometheus 3.5.3 there when Debian has it to give.
 */
import { existsSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";

const folder =
  process.env["PEERS_DIR"] ??
  join(process.env["XDG_CACHE_HOME"] ?? join(homedir(), ".cache"), "spandrel-bench", "peers");

/** The path that a neighbour of this name has, whether it is there or not. */
export function peerPath(name: string): string {
  return join(folder, "bin", name);
}

/** Prometheus 3.5; null when it is not there, and its tests are skipped. */
export const prometheus3 = existsSync(peerPath("prometheus")) ? peerPath("prometheus") : null;
