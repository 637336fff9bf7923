/**
 * The compose stack's own Prometheus configuration, carried out by Debian's Prometheus and node
 * exporter against a running Spandrel: only the addresses differ, and the scrape interval.
 */
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { parse } from "yaml";
import type { ComposeFile } from "../packaging/compose-schema.ts";
import { PROJECT_ROOT, readProjectFile } from "../tidy/project-files.ts";
import { freePort } from "./free-port.ts";
import { fetchText, isInstalled, RunningProcess } from "./running-process.ts";

const START_MS = 60_000;
const CONFIG = "compose/prometheus.yml";
const installed = ["prometheus", "promtool", "prometheus-node-exporter"].every(isInstalled);

interface VectorReply {
  readonly data: {
    readonly result: readonly {
      readonly metric: Readonly<Record<string, string>>;
      readonly value: readonly [number, string];
    }[];
  };
}

interface RulesReply {
  readonly data: {
    readonly groups: readonly { readonly rules: readonly { name: string; state: string }[] }[];
  };
}

describe.skipIf(!installed)("the compose stack's Prometheus", () => {
  const folder = mkdtempSync(join(tmpdir(), "spandrel-compose-"));
  const running: RunningProcess[] = [];
  const ports = { spandrel: 0, prometheus: 0, exporter: 0 };

  const start = async (program: string, args: string[], path: string, port: number) => {
    const child = new RunningProcess(program, args, { cwd: PROJECT_ROOT });
    running.push(child);
    await child.until(path, START_MS, () => fetchText(`http://127.0.0.1:${port}${path}`));
    return child;
  };

  /** The stack's file with the addresses of this test and a scrape every second. */
  const localConfig = () =>
    readProjectFile(CONFIG)
      .text.replaceAll("spandrel:9201", `127.0.0.1:${ports.spandrel}`)
      .replaceAll("node-exporter:9100", `127.0.0.1:${ports.exporter}`)
      .replaceAll("localhost:9090", `127.0.0.1:${ports.prometheus}`)
      .replace(/(scrape_interval|scrape_timeout): \d+s/g, "$1: 1s");

  /** Prometheus' flags in the stack, with paths of this machine. */
  const localFlags = () => {
    const compose = parse(readProjectFile("docker-compose.yml").text) as ComposeFile;
    return (compose.services["prometheus"]?.command ?? []).map((word) =>
      word.replace(/=\/etc\/prometheus/, `=${folder}`).replace(/=\/prometheus$/, `=${folder}/data`),
    );
  };

  const startSpandrel = () => {
    const address = `--web.listen-address=127.0.0.1:${ports.spandrel}`;
    const args = ["dist/main.js", "serve", address, `--storage.path=${folder}/spandrel`];
    return start(process.execPath, args, "/-/ready", ports.spandrel);
  };

  beforeAll(async () => {
    ports.spandrel = await freePort();
    ports.prometheus = await freePort();
    ports.exporter = await freePort();
    mkdirSync(join(folder, "data"));
    mkdirSync(join(folder, "rules"));
    writeFileSync(join(folder, "rules", "alerts.yml"), readProjectFile("examples/alerts.yml").text);
    writeFileSync(join(folder, "prometheus.yml"), localConfig());
    await startSpandrel();
    const listen = (port: number) => `--web.listen-address=127.0.0.1:${port}`;
    await start("prometheus-node-exporter", [listen(ports.exporter)], "/metrics", ports.exporter);
    const flags = [...localFlags(), listen(ports.prometheus)];
    await start("prometheus", flags, "/-/ready", ports.prometheus);
  });

  afterAll(async () => {
    for (const child of running.reverse()) await child.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  it("is accepted by promtool as it stands", () => {
    const result = spawnSync("promtool", ["check", "config", CONFIG], {
      cwd: PROJECT_ROOT,
      encoding: "utf8",
    });
    expect(result.status, result.stdout + result.stderr).toBe(0);
  });

  it("brings every target's samples to Spandrel", async () => {
    const url = `http://127.0.0.1:${ports.spandrel}/api/v1/query?query=up`;
    const up = await running[0]!.until("three targets up", START_MS, async () => {
      const text = await fetchText(url);
      const series = text === undefined ? [] : (JSON.parse(text) as VectorReply).data.result;
      return series.filter(({ value }) => value[1] === "1").length === 3 ? series : undefined;
    });
    expect(up.map(({ metric }) => metric["job"]).sort()).toEqual([
      "node",
      "prometheus",
      "spandrel",
    ]);
  });

  it("evaluates the alerts, of which none fires for an empty store that came up", async () => {
    const url = `http://127.0.0.1:${ports.prometheus}/api/v1/rules`;
    const { groups } = (JSON.parse((await fetchText(url)) ?? "{}") as RulesReply).data;
    const rules = groups.flatMap((group) => group.rules);
    const count = readProjectFile("examples/alerts.yml").text.match(/- alert:/g)?.length;
    expect(rules).toHaveLength(count ?? 0);
    expect(rules.filter(({ state }) => state !== "inactive")).toEqual([]);
  });

  it("has nothing refused on the way", async () => {
    const text = (await fetchText(`http://127.0.0.1:${ports.prometheus}/metrics`)) ?? "";
    const counter = (name: string) =>
      Number(
        new RegExp(`^prometheus_remote_storage_${name}\\{[^}]*\\} (\\S+)$`, "m").exec(text)?.[1],
      );
    expect(counter("samples_total")).toBeGreaterThan(0);
    expect(counter("samples_failed_total")).toBe(0);
    expect(counter("samples_retried_total")).toBe(0);
  });
});
