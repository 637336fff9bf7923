/**
 * Opening and closing the server's socket.
 *
 * I1  close() resolves when every request under way is answered, or cut off after the grace time.
 *
 * Units: …Ms milliseconds.
 */

import type { AddressInfo } from "node:net";
import { networkInterfaces } from "node:os";
import type { FastifyInstance } from "fastify";
import { TsdbError } from "../base/errors.ts";

/** How long requests under way may take to finish when the server closes. */
const GRACE_MS = 10_000;
/** How often connections that have become idle meanwhile are looked for. */
const IDLE_CHECK_MS = 50;

const LOOPBACK = /^(?:localhost|127\.\d+\.\d+\.\d+|::1)$/;

/** Whether only this machine reaches an address. */
export function isLoopback(host: string): boolean {
  return LOOPBACK.test(host);
}

function codeOf(error: unknown): string {
  return (error as NodeJS.ErrnoException).code ?? String(error);
}

/** Listens on every address: both families where the machine has both. */
async function listenEverywhere(app: FastifyInstance, port: number): Promise<void> {
  const hasVersion6 = Object.values(networkInterfaces()).some((addresses) =>
    addresses?.some(({ family }) => family === "IPv6"),
  );
  await app.listen({ host: hasVersion6 ? "::" : "0.0.0.0", port });
}

/** Listens and gives the port; an empty host is every address. Throws TsdbError UNAVAILABLE. */
export async function listen(app: FastifyInstance, host: string, port: number): Promise<number> {
  try {
    if (host === "") await listenEverywhere(app, port);
    else await app.listen({ host, port });
    return (app.server.address() as AddressInfo).port;
  } catch (error) {
    const shown = `${host.includes(":") ? `[${host}]` : host}:${port}`;
    const text = `cannot listen on ${shown} (--web.listen-address): ${codeOf(error)}`;
    throw new TsdbError("UNAVAILABLE", text, { cause: error });
  }
}

/** Where people find a server: an address that works in a browser on this machine. */
export function originOf(host: string, port: number, scheme: "http" | "https" = "http"): string {
  const isEverywhere = host === "" || host === "0.0.0.0" || host === "::";
  const shown = isEverywhere ? "localhost" : host.includes(":") ? `[${host}]` : host;
  return `${scheme}://${shown}:${port}`;
}

/** Stops accepting connections and waits for the requests under way. */
export async function closeServer(app: FastifyInstance): Promise<void> {
  const closed = app.close();
  // A connection that was busy when closing began is idle after its answer, and would stay open.
  const idle = setInterval(() => app.server.closeIdleConnections(), IDLE_CHECK_MS);
  const grace = setTimeout(() => app.server.closeAllConnections(), GRACE_MS);
  try {
    await closed;
  } finally {
    clearInterval(idle);
    clearTimeout(grace);
  }
}
