/**
 * The compose stack is consistent in itself and with the code: images, ports, mounts, flags,
 * addresses. No container engine is needed; test/peer runs its Prometheus against the service.
 */
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { environmentName } from "../../src/config/flag-table.ts";
import { readCommandLine } from "../../src/config/read-flags.ts";
import { SERVE_FLAGS } from "../../src/config/serve-flags.ts";
import { existsInProject, readProjectFile } from "../tidy/project-files.ts";
import {
  Compose,
  type ComposeFile,
  type DashboardProviderFile,
  DashboardProviders,
  type DataSourceFile,
  DataSources,
  PrometheusConfig,
  type PrometheusFile,
  schemaFaults,
} from "./compose-schema.ts";
import { environmentOf, execForm, lastStep, parseDockerfile } from "./dockerfile.ts";

const compose = parse(readProjectFile("docker-compose.yml").text) as ComposeFile;
const prometheus = parse(readProjectFile("compose/prometheus.yml").text) as PrometheusFile;
const sourcesPath = "grafana/provisioning/datasources/prometheus.yml";
const sources = parse(readProjectFile(sourcesPath).text) as DataSourceFile;
const providersPath = "grafana/provisioning/dashboards/spandrel.yml";
const providers = parse(readProjectFile(providersPath).text) as DashboardProviderFile;
const image = parseDockerfile(readProjectFile("Dockerfile").text).at(-1)!;
const services = Object.entries(compose.services);

/** Port that each service listens on inside the stack. */
const ports = new Map([
  ["spandrel", lastStep(image, "EXPOSE").text],
  ["prometheus", "9090"],
  ["node-exporter", "9100"],
  ["grafana", "3000"],
]);
const addresses = new Set([...ports].map(([service, port]) => `${service}:${port}`));

const seconds = (duration: string) =>
  [...duration.matchAll(/(\d+)([smh])/g)].reduce(
    (sum, [, count, unit]) =>
      sum + Number(count) * { s: 1, m: 60, h: 3600 }[unit as "s" | "m" | "h"],
    0,
  );

describe("docker-compose.yml", () => {
  it("fits the schema", () => {
    expect(schemaFaults(Compose, compose)).toEqual([]);
  });

  it("has Spandrel, Prometheus, node-exporter and Grafana", () => {
    expect(services.map(([name]) => name).sort()).toEqual([...ports.keys()].sort());
  });

  it("pins every image that it does not build to a version", () => {
    const loose = services.filter(
      ([, { image: name, build }]) => build === undefined && !/:v?\d+\.\d+\.\d+$/.test(name),
    );
    expect(loose).toEqual([]);
  });

  it("builds Spandrel here, and only Spandrel", () => {
    expect(services.filter(([, { build }]) => build !== undefined)).toHaveLength(1);
    expect(compose.services["spandrel"]?.build).toBe(".");
  });

  it("checks the health of every service, Spandrel's as its image does", () => {
    const ownCheck = ["CMD", ...execForm(lastStep(image, "HEALTHCHECK"))];
    for (const [name, { build, healthcheck }] of services) {
      const test = healthcheck?.test ?? [];
      if (build === undefined) expect(test.at(-1), name).toContain(`127.0.0.1:${ports.get(name)}/`);
      else expect(test, name).toEqual(ownCheck);
    }
  });

  it("waits only for services that exist", () => {
    for (const [name, { depends_on: needs }] of services) {
      for (const needed of Object.keys(needs ?? {})) expect(ports.has(needed), name).toBe(true);
    }
  });

  it("publishes the ports that the services listen on, on this machine only", () => {
    for (const [name, { ports: published }] of services) {
      for (const entry of published ?? []) expect(entry.split(":")[2], name).toBe(ports.get(name));
    }
  });

  it("mounts files that exist, read-only, and volumes that it declares", () => {
    for (const mount of services.flatMap(([, { volumes }]) => volumes ?? [])) {
      const [source = "", , mode] = mount.split(":");
      const isPath = source.startsWith(".") || source.startsWith("/");
      if (isPath) expect(mode, mount).toBe("ro");
      else expect(Object.keys(compose.volumes), mount).toContain(source);
      if (source.startsWith("./")) expect(existsInProject(source.slice(2)), mount).toBe(true);
    }
  });

  it("keeps Spandrel's data in the image's volume", () => {
    const [volume] = JSON.parse(lastStep(image, "VOLUME").text) as string[];
    expect(compose.services["spandrel"]?.volumes).toContain(`spandrel-data:${volume}`);
  });

  it("sets only what Spandrel reads, to allowed values", () => {
    const given = compose.services["spandrel"]?.environment ?? {};
    const known = Object.values(SERVE_FLAGS).map(({ flag }) => environmentName(flag));
    expect(known).toEqual(expect.arrayContaining(Object.keys(given)));
    const { config } = readCommandLine(SERVE_FLAGS, [], { ...environmentOf(image), ...given });
    expect(config.heapLimitBytes).toBeGreaterThan(0);
    const limitBytes = Number.parseInt(compose.services["spandrel"]!.mem_limit, 10) * 2 ** 30;
    expect(config.heapLimitBytes).toBeLessThanOrEqual(limitBytes / 2);
  });

  it("lets Spandrel write to its volume and to memory, and nowhere else", () => {
    const spandrel = compose.services["spandrel"];
    expect(spandrel?.read_only).toBe(true);
    expect(spandrel?.tmpfs).toEqual(["/tmp:size=64m"]);
    expect(spandrel?.cap_drop).toEqual(["ALL"]);
    expect(spandrel?.security_opt).toEqual(["no-new-privileges:true"]);
  });

  it("gives Spandrel more time to stop than Docker's ten seconds", () => {
    expect(seconds(compose.services["spandrel"]!.stop_grace_period)).toBeGreaterThan(60);
  });

  it("names Prometheus' files where they are mounted", () => {
    const { command = [], volumes = [] } = compose.services["prometheus"]!;
    const flags = new Map(command.map((word) => word.slice(2).split("=") as [string, string]));
    const targets = volumes.map((mount) => mount.split(":")[1]);
    expect(targets).toContain(flags.get("config.file"));
    expect(targets).toContain(flags.get("storage.tsdb.path"));
  });
});

describe("compose/prometheus.yml", () => {
  it("fits the schema", () => {
    expect(schemaFaults(PrometheusConfig, prometheus)).toEqual([]);
  });

  it("scrapes Spandrel, node-exporter and itself", () => {
    const targets = prometheus.scrape_configs
      .flatMap((config) => config.static_configs)
      .flatMap((config) => config.targets)
      .map((target) => target.replace("localhost:", "prometheus:"));
    expect(targets.filter((target) => !addresses.has(target))).toEqual([]);
    expect(targets).toHaveLength(3);
  });

  it("writes into Spandrel", () => {
    const urls = prometheus.remote_write.map(({ url }) => new URL(url));
    expect(urls.map((url) => [url.host, url.pathname])).toEqual([
      [`spandrel:${ports.get("spandrel")}`, "/api/v1/write"],
    ]);
  });
});

describe("the alerts", () => {
  it("lie where Prometheus looks for rules", () => {
    const [mount] = (compose.services["prometheus"]?.volumes ?? []).filter((volume) =>
      volume.startsWith("./examples/alerts.yml:"),
    );
    const folder = prometheus.rule_files[0]?.replace("*.yml", "");
    expect(mount?.split(":")[1]).toBe(`/etc/prometheus/${folder}alerts.yml`);
  });
});

describe("Grafana's dashboards", () => {
  it("fit the schema", () => {
    expect(schemaFaults(DashboardProviders, providers)).toEqual([]);
  });

  it("are mounted where they are provisioned from, the home page among them", () => {
    const { volumes = [], environment = {} } = compose.services["grafana"]!;
    const folder = providers.providers[0]!.options.path;
    expect(volumes).toContain(`./grafana/dashboards:${folder}:ro`);
    const home = environment["GF_DASHBOARDS_DEFAULT_HOME_DASHBOARD_PATH"] ?? "";
    expect(existsInProject(home.replace(folder, "grafana/dashboards")), home).toBe(true);
  });
});

describe("Grafana's data sources", () => {
  it("fit the schema", () => {
    expect(schemaFaults(DataSources, sources)).toEqual([]);
  });

  it("are Spandrel, first, and Prometheus, at the addresses of the stack", () => {
    expect(sources.datasources.map(({ uid }) => uid)).toEqual(["spandrel", "prometheus"]);
    expect(sources.datasources.filter(({ isDefault }) => isDefault)).toHaveLength(1);
    for (const { uid, url } of sources.datasources) {
      expect(new URL(url).host).toBe(`${uid}:${ports.get(uid)}`);
    }
  });

  it("say how often Prometheus scrapes", () => {
    for (const { jsonData } of sources.datasources) {
      expect(jsonData.timeInterval).toBe(prometheus.global.scrape_interval);
    }
  });
});

describe("the schemas", () => {
  it("refuse an unknown key and a missing one", () => {
    const service = { ...compose.services["grafana"]!, privileged: true };
    const wrong = { ...compose, services: { grafana: service } };
    expect(schemaFaults(Compose, wrong)).not.toEqual([]);
    const { mem_limit: _, ...without } = compose.services["grafana"]!;
    expect(schemaFaults(Compose, { ...compose, services: { grafana: without } })).not.toEqual([]);
  });
});
