/**
 * The container's probe: exits 0 when the service on this machine is ready, 1 otherwise.
 *
 *     node dist/healthcheck.js            asks /-/ready: restored and accepting
 *     node dist/healthcheck.js healthy    asks /-/healthy: the process answers
 *
 * The address is the service's own, from SPANDREL_WEB_LISTEN_ADDRESS.
 */
import { request } from "node:http";
import { environmentName } from "./config/flag-table.ts";
import { SERVE_FLAGS } from "./config/serve-flags.ts";

const TIMEOUT_MS = 4000;

const { flag, fallback, kind } = SERVE_FLAGS.listenAddress;
const { host, port } = kind.read(process.env[environmentName(flag)] ?? "") ??
  kind.read(fallback) ?? { host: "", port: 0 };
const isEverywhere = host === "" || host === "0.0.0.0" || host === "::";
const path = process.argv[2] === "healthy" ? "/-/healthy" : "/-/ready";

function end(code: number, text: string): void {
  console.log(text);
  process.exit(code);
}

const probe = request(
  { host: isEverywhere ? "127.0.0.1" : host, port, path, timeout: TIMEOUT_MS },
  (response) => end(response.statusCode === 200 ? 0 : 1, `${path}: ${response.statusCode}`),
);
probe.on("timeout", () => end(1, `${path}: no answer in ${TIMEOUT_MS} ms`));
probe.on("error", (error) => end(1, `${path}: ${error.message}`));
probe.end();
