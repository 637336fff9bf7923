/**
 * The part of the compose file format, of Prometheus' configuration and of Grafana's provisioning
 * that this project uses, as schemas: an unknown key is a fault.
 */
import { type Static, Type } from "typebox";
import { Errors } from "typebox/value";

const strict = { additionalProperties: false };
const Duration = Type.String({ pattern: "^(\\d+[smh])+$" });
const Bytes = Type.String({ pattern: "^\\d+[kmg]$" });

const Healthcheck = Type.Object(
  {
    test: Type.Array(Type.String(), { minItems: 2 }),
    interval: Duration,
    timeout: Duration,
    retries: Type.Integer({ minimum: 1 }),
    start_period: Duration,
    start_interval: Duration,
  },
  strict,
);

const Service = Type.Object(
  {
    image: Type.String({ pattern: "^[a-z0-9./-]+:[\\w.-]+$" }),
    build: Type.Optional(Type.Literal(".")),
    init: Type.Literal(true),
    command: Type.Optional(Type.Array(Type.String({ pattern: "^--[a-z.-]+=\\S+$" }))),
    environment: Type.Optional(Type.Record(Type.String({ pattern: "^[A-Z_]+$" }), Type.String())),
    ports: Type.Optional(Type.Array(Type.String({ pattern: "^127\\.0\\.0\\.1:\\d+:\\d+$" }))),
    volumes: Type.Optional(Type.Array(Type.String({ pattern: "^[\\w./-]+:/[\\w./-]+(:ro)?$" }))),
    depends_on: Type.Optional(
      Type.Record(
        Type.String(),
        Type.Object({ condition: Type.Literal("service_healthy") }, strict),
      ),
    ),
    healthcheck: Type.Optional(Healthcheck),
    read_only: Type.Optional(Type.Literal(true)),
    tmpfs: Type.Optional(Type.Array(Type.String({ pattern: "^/[a-z/]+:size=\\d+m$" }))),
    cap_drop: Type.Optional(Type.Array(Type.Literal("ALL"))),
    security_opt: Type.Optional(Type.Array(Type.Literal("no-new-privileges:true"))),
    mem_limit: Bytes,
    stop_grace_period: Duration,
    restart: Type.Literal("unless-stopped"),
  },
  strict,
);

export const Compose = Type.Object(
  {
    name: Type.String({ pattern: "^[a-z0-9_-]+$" }),
    services: Type.Record(Type.String({ pattern: "^[a-z0-9-]+$" }), Service),
    volumes: Type.Record(Type.String(), Type.Null()),
  },
  strict,
);

const ScrapeConfig = Type.Object(
  {
    job_name: Type.String({ minLength: 1 }),
    static_configs: Type.Array(
      Type.Object({ targets: Type.Array(Type.String({ pattern: "^[\\w.-]+:\\d+$" })) }, strict),
    ),
  },
  strict,
);

const RemoteWrite = Type.Object(
  {
    name: Type.String(),
    url: Type.String(),
    queue_config: Type.Object({ retry_on_http_429: Type.Literal(true) }, strict),
  },
  strict,
);

export const PrometheusConfig = Type.Object(
  {
    global: Type.Object({ scrape_interval: Duration, scrape_timeout: Duration }, strict),
    rule_files: Type.Array(Type.String({ pattern: "^[\\w/*.]+\\.yml$" })),
    scrape_configs: Type.Array(ScrapeConfig, { minItems: 1 }),
    remote_write: Type.Array(RemoteWrite),
  },
  strict,
);

export const DataSources = Type.Object(
  {
    apiVersion: Type.Literal(1),
    datasources: Type.Array(
      Type.Object(
        {
          name: Type.String(),
          type: Type.Literal("prometheus"),
          uid: Type.String({ pattern: "^[a-z0-9-]{1,40}$" }),
          access: Type.Literal("proxy"),
          url: Type.String({ pattern: "^http://[\\w.-]+:\\d+$" }),
          isDefault: Type.Optional(Type.Boolean()),
          jsonData: Type.Object(
            { httpMethod: Type.Literal("POST"), timeInterval: Duration },
            strict,
          ),
        },
        strict,
      ),
    ),
  },
  strict,
);

export const DashboardProviders = Type.Object(
  {
    apiVersion: Type.Literal(1),
    providers: Type.Array(
      Type.Object(
        {
          name: Type.String(),
          folder: Type.String(),
          type: Type.Literal("file"),
          allowUiUpdates: Type.Boolean(),
          updateIntervalSeconds: Type.Integer({ minimum: 10 }),
          options: Type.Object({ path: Type.String({ pattern: "^/[\\w/-]+$" }) }, strict),
        },
        strict,
      ),
      { minItems: 1 },
    ),
  },
  strict,
);

export type ComposeFile = Static<typeof Compose>;
export type PrometheusFile = Static<typeof PrometheusConfig>;
export type DashboardProviderFile = Static<typeof DashboardProviders>;
export type DataSourceFile = Static<typeof DataSources>;

/** What does not fit the schema, one text a fault. */
export function schemaFaults(schema: object, value: unknown): string[] {
  return [...Errors(schema, value)].map(
    (error) => `${error.instancePath || "/"}: ${error.message}`,
  );
}
