/**
 * The Kubernetes example agrees with image and code: ports, flags, probes, room for data and
 * time for a last snapshot. No cluster is needed.
 */
import { describe, expect, it } from "vitest";
import { parseAllDocuments } from "yaml";
import { environmentName } from "../../src/config/flag-table.ts";
import { readCommandLine } from "../../src/config/read-flags.ts";
import { SERVE_FLAGS } from "../../src/config/serve-flags.ts";
import { buildServer } from "../../src/http/server.ts";
import { fakeParts } from "../http/fake-service.ts";
import { readProjectFile } from "../tidy/project-files.ts";
import { schemaFaults } from "./compose-schema.ts";
import { environmentOf, lastStep, parseDockerfile } from "./dockerfile.ts";
import {
  DisruptionBudget,
  type DisruptionBudgetObject,
  Service,
  type ServiceObject,
  StatefulSet,
  type StatefulSetObject,
} from "./kubernetes-schema.ts";

/** A slow disk: what a last snapshot is written at. */
const DISK_BYTES_PER_SECOND = 50e6;
/** Requests under way are answered first. */
const CLOSING_SECONDS = 30;
/** Two snapshots are kept while a third is written. */
const SNAPSHOTS = 3;

type Document = ServiceObject | DisruptionBudgetObject | StatefulSetObject;
const text = readProjectFile("deploy/kubernetes/spandrel.yaml").text;
const documents = parseAllDocuments(text).map((document) => document.toJS() as Document);
const services = documents.filter((object): object is ServiceObject => object.kind === "Service");
const set = documents.find((object): object is StatefulSetObject => object.kind === "StatefulSet")!;
const budgets = documents.filter(
  (object): object is DisruptionBudgetObject => object.kind === "PodDisruptionBudget",
);
const { metadata, spec: pod } = set.spec.template;
const [container] = pod.containers;
const image = parseDockerfile(readProjectFile("Dockerfile").text).at(-1)!;
const imagePort = Number(lastStep(image, "EXPOSE").text);
const given = Object.fromEntries(container.env.map(({ name, value }) => [name, value]));
const { config } = readCommandLine(SERVE_FLAGS, [], { ...environmentOf(image), ...given });

function bytesOf(quantity: string): number {
  const [, count, unit] = /^(\d+)(Mi|Gi)$/.exec(quantity)!;
  return Number(count) * (unit === "Gi" ? 2 ** 30 : 2 ** 20);
}

describe("deploy/kubernetes/spandrel.yaml", () => {
  it("fits the schemas", () => {
    const schemas = { Service, StatefulSet, PodDisruptionBudget: DisruptionBudget };
    for (const object of documents) {
      expect(schemaFaults(schemas[object.kind], object), object.metadata.name).toEqual([]);
    }
    expect(documents).toHaveLength(4);
  });

  it("runs the version that this is", () => {
    const { version } = JSON.parse(readProjectFile("package.json").text) as { version: string };
    expect(container.image).toBe(`spandrel:${version}`);
  });

  it("reaches the port that the image exposes, by one name", () => {
    expect(container.ports).toEqual([{ name: "http", containerPort: imagePort }]);
    for (const { spec } of services) {
      expect(spec.ports).toEqual([{ name: "http", port: imagePort, targetPort: "http" }]);
    }
    expect(services.map((service) => service.metadata.name)).toContain(set.spec.serviceName);
  });

  it("selects its pods everywhere by labels that they have", () => {
    const selectors = [
      ...services.map(({ spec }) => spec.selector),
      ...budgets.map(({ spec }) => spec.selector.matchLabels),
      ...pod.topologySpreadConstraints.map(({ labelSelector }) => labelSelector.matchLabels),
      set.spec.selector.matchLabels,
    ];
    for (const selector of selectors) expect(selector).toEqual(metadata.labels);
  });

  it("sets only what Spandrel reads, to allowed values", () => {
    const known = Object.values(SERVE_FLAGS).map(({ flag }) => environmentName(flag));
    expect(known).toEqual(expect.arrayContaining(Object.keys(given)));
    expect(config.heapLimitBytes).toBeGreaterThan(0);
  });

  it("probes routes that there are", async () => {
    const app = await buildServer(fakeParts().parts);
    for (const { httpGet } of [container.readinessProbe, container.livenessProbe]) {
      expect(httpGet.port).toBe("http");
      expect((await app.inject(httpGet.path)).statusCode, httpGet.path).toBe(200);
    }
    await app.close();
    expect(container.readinessProbe.httpGet.path).toBe("/-/ready");
    expect(container.livenessProbe.httpGet.path).toBe("/-/healthy");
  });

  it("tells Prometheus where to scrape", () => {
    expect(metadata.annotations).toEqual({
      "prometheus.io/scrape": "true",
      "prometheus.io/port": String(imagePort),
      "prometheus.io/path": "/metrics",
    });
  });

  it("gives a clean stop the time that a snapshot of a full heap takes on a slow disk", () => {
    const seconds = config.heapLimitBytes / DISK_BYTES_PER_SECOND + CLOSING_SECONDS;
    expect(pod.terminationGracePeriodSeconds).toBeGreaterThanOrEqual(seconds);
  });

  it("has room for the heap and what is beside it, and for the snapshots", () => {
    const { limits, requests } = container.resources;
    expect(bytesOf(limits.memory)).toBeGreaterThanOrEqual(2 * config.heapLimitBytes);
    expect(bytesOf(requests.memory)).toBeLessThanOrEqual(bytesOf(limits.memory));
    const [claim] = set.spec.volumeClaimTemplates;
    const storage = bytesOf(claim.spec.resources.requests.storage);
    expect(storage).toBeGreaterThanOrEqual(SNAPSHOTS * config.heapLimitBytes);
  });

  it("keeps the data in the image's volume, owned by the image's user", () => {
    const [claim] = set.spec.volumeClaimTemplates;
    const [path] = JSON.parse(lastStep(image, "VOLUME").text) as string[];
    expect(container.volumeMounts).toContainEqual({ name: claim.metadata.name, mountPath: path });
    // The image's user "node" is 1000.
    expect(lastStep(image, "USER").text).toBe("node");
    const { runAsUser, fsGroup } = pod.securityContext;
    expect([runAsUser, fsGroup]).toEqual([1000, 1000]);
  });
});
