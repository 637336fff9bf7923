/**
 * The cluster's plan and its committed files. test/peer asks the programs that read them.
 */
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import {
  type AddressedNode,
  clusterFiles,
  EXAMPLE,
  shardingFlags,
  vmagentFlags,
} from "../../deploy/cluster/source/cluster-configs.ts";
import { shardPlan, shardsOf } from "../../deploy/cluster/source/shard-plan.ts";
import { environmentName } from "../../src/config/flag-table.ts";
import { SERVE_FLAGS } from "../../src/config/serve-flags.ts";
import { projectPaths, readProjectFile } from "../tidy/project-files.ts";
import { lastStep, parseDockerfile } from "./dockerfile.ts";

const SHARDS = 1024;
const FOLDER = "deploy/cluster/config";

interface ComposeService {
  readonly image: string;
  readonly command?: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
  readonly volumes: readonly string[];
}

const compose = parse(readProjectFile("deploy/cluster/docker-compose.yml").text, {
  merge: true,
}) as { services: Record<string, ComposeService>; volumes: Record<string, null> };

function nodes(count: number, zones = 3): AddressedNode[] {
  return Array.from({ length: count }, (_, i) => ({
    name: `node-${i}`,
    zone: `zone-${i % zones}`,
    address: `127.0.0.1:${9200 + i}`,
  }));
}

describe("the plan of shards", () => {
  it("gives each shard two nodes, in two zones where there are two", () => {
    for (const [count, zones] of [
      [2, 1],
      [3, 3],
      [5, 2],
      [9, 3],
    ] as const) {
      for (const owners of shardPlan(nodes(count, zones), SHARDS, 2)) {
        expect(new Set(owners.map(({ name }) => name)).size).toBe(2);
        expect(new Set(owners.map(({ zone }) => zone)).size).toBe(Math.min(zones, 2));
      }
    }
  });

  it("gives one node everything once, when there is only one", () => {
    const plan = shardPlan(nodes(1), SHARDS, 2);
    expect(shardsOf(plan, "node-0")).toHaveLength(SHARDS);
    expect(plan.every((owners) => owners.length === 1)).toBe(true);
  });

  it("moves only what an added node takes, about its share", () => {
    const zoneOfOne = nodes(6, 1);
    const added = { name: "node-new", zone: "zone-0", address: "127.0.0.1:9300" };
    const before = shardPlan(zoneOfOne, SHARDS, 2);
    const after = shardPlan([...zoneOfOne, added], SHARDS, 2);
    let moved = 0;
    after.forEach((owners, shard) => {
      for (const { name } of owners) {
        if (before[shard]!.some((old) => old.name === name)) continue;
        expect(name).toBe("node-new");
        moved++;
      }
    });
    expect(moved / (2 * SHARDS)).toBeGreaterThan(0.1);
    expect(moved / (2 * SHARDS)).toBeLessThan(0.19);
  });

  it("does not depend on the order of the list", () => {
    const some = nodes(5);
    const names = (list: AddressedNode[]) =>
      shardPlan(list, SHARDS, 2).map((owners) => owners.map(({ name }) => name));
    expect(names(some.toReversed())).toEqual(names(some));
  });
});

describe("deploy/cluster/config", () => {
  it("is what the source makes", () => {
    const made = clusterFiles(EXAMPLE);
    for (const [name, text] of made) {
      expect(readProjectFile(`${FOLDER}/${name}`).text, name).toBe(text);
    }
    expect(projectPaths(FOLDER)).toEqual(
      [...made.keys()].map((name) => `${FOLDER}/${name}`).sort(),
    );
  });

  it("sends every shard to two nodes", () => {
    const kept = EXAMPLE.nodes.flatMap(({ name }) => {
      const rules = parse(readProjectFile(`${FOLDER}/${name}.yml`).text) as { regex?: string }[];
      return rules[1]!.regex!.split("|").map(Number);
    });
    const counts = new Map<number, number>();
    for (const shard of kept) counts.set(shard, (counts.get(shard) ?? 0) + 1);
    expect(counts.size).toBe(EXAMPLE.shards);
    expect(new Set(counts.values())).toEqual(new Set([EXAMPLE.copies]));
  });

  it("has the nodes at the image's port, under their names in the compose file", () => {
    const port = lastStep(
      parseDockerfile(readProjectFile("Dockerfile").text).at(-1)!,
      "EXPOSE",
    ).text;
    for (const { name, address } of EXAMPLE.nodes) {
      expect(address).toBe(`${name}:${port}`);
      expect(Object.keys(compose.services)).toContain(name);
    }
  });
});

describe("deploy/cluster/docker-compose.yml", () => {
  it("starts vmagent with the flags that the source makes", () => {
    const { command = [] } = compose.services["vmagent"]!;
    for (const flag of vmagentFlags(EXAMPLE, "/etc/cluster")) expect(command).toContain(flag);
    expect(shardingFlags(EXAMPLE)).toContain("-remoteWrite.shardByURLReplicas=2");
  });

  it("gives each node a volume of its own, and settings that Spandrel reads", () => {
    const known = Object.values(SERVE_FLAGS).map(({ flag }) => environmentName(flag));
    for (const { name } of EXAMPLE.nodes) {
      const { volumes, environment = {} } = compose.services[name]!;
      expect(volumes).toEqual([`${name}:/data`]);
      expect(Object.keys(compose.volumes)).toContain(name);
      expect(known).toEqual(expect.arrayContaining(Object.keys(environment)));
      expect(Object.keys(environment)).toContain("SPANDREL_STORAGE_OUT_OF_ORDER_WINDOW");
      // In a container each would call itself localhost:9201.
      expect(environment["SPANDREL_SELF_SCRAPE_INTERVAL"]).toBe("0");
    }
  });
});

describe("deploy/cluster/above", () => {
  it("has promxy ask the Prometheus servers of a cell as copies, and no node", () => {
    const { promxy } = parse(readProjectFile("deploy/cluster/above/promxy.yml").text) as {
      promxy: { server_groups: Record<string, unknown>[] };
    };
    expect(promxy.server_groups.length).toBeGreaterThan(1);
    for (const group of promxy.server_groups) {
      expect(Object.keys(group)).toEqual(["static_configs", "anti_affinity"]);
      const [{ targets }] = group["static_configs"] as [{ targets: string[] }];
      for (const target of targets) expect(target).toMatch(/prometheus.*:9090$/);
    }
  });

  it("has Thanos told apart, and put together again, by one label", () => {
    const { text } = readProjectFile("deploy/cluster/above/thanos.sh");
    expect(text).toContain('--label="node=');
    expect(text).toContain("--query.replica-label=node ");
    expect(Object.values(SERVE_FLAGS).map(({ flag }) => `--${flag}`)).toContain(
      /--export[\w.-]+/.exec(text)?.[0],
    );
  });
});
