/**
 * The container's probe: exits 0 when the service on this machine is ready, 1 otherwise.
 *
 *     node dist/healthcheck.js            asks /-/ready: restored and accepting
 *     node dist/healthcheck.js healthy    asks /-/healthy: the process answers
 *
 * Address and TLS are the service's own, from SPANDREL_WEB_LISTEN_ADDRESS and
 * SPANDREL_WEB_CONFIG_FILE. Where that file asks for credentials, SPANDREL_HEALTHCHECK_TOKEN_FILE
 * names a file with a bearer token of any role.
 */
import { request as plainRequest } from "node:http";
import { request as tlsRequest } from "node:https";
import { parseWebConfig } from "./access/web-config.ts";
import { NodeDisk } from "./base/disk.ts";
import { environmentName } from "./config/flag-table.ts";
import { SERVE_FLAGS } from "./config/serve-flags.ts";

const TIMEOUT_MS = 4000;
const TOKEN_FILE = "SPANDREL_HEALTHCHECK_TOKEN_FILE";

const { flag, fallback, kind } = SERVE_FLAGS.listenAddress;
const { host, port } = kind.read(process.env[environmentName(flag)] ?? "") ??
  kind.read(fallback) ?? { host: "", port: 0 };
const isEverywhere = host === "" || host === "0.0.0.0" || host === "::";
const path = process.argv[2] === "healthy" ? "/-/healthy" : "/-/ready";

function end(code: number, text: string): void {
  console.log(text);
  process.exit(code);
}

/** The text of a file, "" when none is named. */
async function textOf(file: string | undefined): Promise<string> {
  if (file === undefined || file === "") return "";
  return new TextDecoder().decode(await new NodeDisk().readFile(file));
}

async function probe(): Promise<void> {
  const webConfig = process.env[environmentName(SERVE_FLAGS.webConfigFile.flag)];
  const hasTls = parseWebConfig(await textOf(webConfig)).tls !== null;
  const token = (await textOf(process.env[TOKEN_FILE])).trim();
  const options = {
    host: isEverywhere ? "127.0.0.1" : host,
    port,
    path,
    timeout: TIMEOUT_MS,
    headers: token === "" ? {} : { authorization: `Bearer ${token}` },
    // The certificate is made out to a name under which others know this machine.
    rejectUnauthorized: false,
  };
  const request = hasTls ? tlsRequest(options) : plainRequest(options);
  request.on("response", ({ statusCode }) => {
    const hint = statusCode === 401 ? `; ${TOKEN_FILE} names a file with a token` : "";
    end(statusCode === 200 ? 0 : 1, `${path}: ${statusCode}${hint}`);
  });
  request.on("timeout", () => end(1, `${path}: no answer in ${TIMEOUT_MS} ms`));
  request.on("error", (error) => end(1, `${path}: ${error.message}`));
  request.end();
}

probe().catch((error: Error) => end(1, error.message));
