/**
 * The servers that a bench compares, and how each is started.
 *
 * Neighbours are programs in PEERS_DIR/bin, or in the user's cache under spandrel-bench/peers/bin.
 * Nothing is installed from here: what is missing is left out, with a word of where it is found.
 */
import { spawnSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";

export const SERVER_NAMES = ["prometheus", "victoria-metrics", "spandrel"] as const;
export type ServerName = (typeof SERVER_NAMES)[number];

/** How a server is started ({port} and {dir} are filled in), and which path tells its readiness. */
export interface ServerCommand {
  readonly name: ServerName;
  readonly command: string;
  readonly ready: string;
}

export const OWN_PROGRAM = "node dist/main.js";
const PEERS =
  process.env["PEERS_DIR"] ??
  join(process.env["XDG_CACHE_HOME"] ?? join(homedir(), ".cache"), "spandrel-bench/peers");

const SOURCES: Readonly<Record<Exclude<ServerName, "spandrel">, string>> = {
  prometheus:
    "Prometheus 3.5.3, https://github.com/prometheus/prometheus/releases/tag/v3.5.3 or Debian's" +
    " package prometheus",
  "victoria-metrics":
    "VictoriaMetrics 1.145, https://github.com/VictoriaMetrics/VictoriaMetrics/releases" +
    " (single-node) or Debian's package victoria-metrics",
};

/** Words for the reader when serverCommand() gives null. */
export function howToGet(name: Exclude<ServerName, "spandrel">): string {
  const path = join(PEERS, "bin", name);
  const program = `the program of ${SOURCES[name]}`;
  return `${name} is left out: no ${path}. Put ${program} there, or set PEERS_DIR.`;
}

export function isServerName(name: string): name is ServerName {
  return (SERVER_NAMES as readonly string[]).includes(name);
}

function peerProgram(name: ServerName): string | null {
  const program = join(PEERS, "bin", name);
  return existsSync(program) ? program : null;
}

/** The command of a server by name; null when it is not there. */
export function serverCommand(name: ServerName, ownProgram = OWN_PROGRAM): ServerCommand | null {
  if (name === "spandrel") {
    const flags = "--web.listen-address=127.0.0.1:{port} --storage.path={dir}";
    const command = `${ownProgram} serve ${flags} --self-scrape.interval=0`;
    return { name, command, ready: "/-/ready" };
  }
  const program = peerProgram(name);
  if (program === null) return null;
  if (name === "victoria-metrics") {
    const flags =
      "-storageDataPath={dir} -httpListenAddr=127.0.0.1:{port} -search.disableCache" +
      " -search.latencyOffset=0s -search.maxUniqueTimeseries=5000000 -loggerLevel=WARN";
    return { name, command: `${program} ${flags}`, ready: "/health" };
  }
  const flags =
    "--config.file=/dev/null --storage.tsdb.path={dir} --web.listen-address=127.0.0.1:{port}" +
    " --web.enable-remote-write-receiver --log.level=warn";
  return { name, command: `${program} ${flags}`, ready: "/-/ready" };
}

/**
 * The version of a server, in short; empty when it is not known. For a program that does not say
 * it, a line "NAME VERSION" in a file VERSIONS of PEERS_DIR or a folder of it does, the highest.
 */
export function versionOf(name: ServerName, ownProgram = OWN_PROGRAM): string {
  const program = name === "spandrel" ? ownProgram : peerProgram(name);
  if (program === null) return "";
  const [path = "", ...parameters] = program.split(" ");
  const { stdout, stderr } = spawnSync(path, [...parameters, "--version"], { encoding: "utf8" });
  return /\d+\.\d+\.\d+[\w+~-]*/.exec(`${stdout}${stderr}`)?.[0] ?? writtenVersion(name);
}

function writtenVersion(name: ServerName): string {
  const folders = [PEERS, ...readdirSync(PEERS).map((folder) => join(PEERS, folder))];
  const files = folders.map((folder) => join(folder, "VERSIONS")).filter(existsSync);
  const lines = files.flatMap((file) => readFileSync(file, "utf8").split("\n"));
  const versions = lines
    .filter((line) => line.startsWith(`${name} `))
    .map((line) => line.split(" ")[1]!);
  return versions.toSorted((a, b) => a.localeCompare(b, "en", { numeric: true })).at(-1) ?? "";
}
