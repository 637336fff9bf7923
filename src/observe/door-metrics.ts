/** The metrics of what is turned away at the door: credentials, roles, limits. */
import type { DoorCounts } from "./door-counts.ts";
import { labelled, type MetricDefinition, plain } from "./metric-definition.ts";

type Kind = MetricDefinition["type"];

function door(type: Kind, name: string, help: string, value: (counts: DoorCounts) => number) {
  return plain(type, name, help, ({ requests }) => value(requests.door));
}

export const DOOR_METRICS: readonly MetricDefinition[] = [
  labelled(
    "counter",
    "spandrel_http_refusals_total",
    "Requests turned away before their route saw them, by reason.",
    ["reason"],
    ({ requests: { door: counts } }) =>
      [...counts.refusals].map(([reason, value]) => ({ labels: { reason }, value })),
    "Credentials, roles and the rate limit of --web.config.file.",
  ),
  labelled(
    "counter",
    "spandrel_write_refusals_total",
    "Write requests that were not let in, by reason.",
    ["reason"],
    ({ requests: { door: counts } }) =>
      [...counts.writeRefusals].map(([reason, value]) => ({ labels: { reason }, value })),
    "client_requests and client_samples: 429; pending_bytes: 503. Nothing of them was stored.",
  ),
  door(
    "gauge",
    "spandrel_write_pending_bytes",
    "Buffers of write requests that are being read or wait.",
    ({ writeQueue }) => writeQueue.bodies.heldBytes,
  ),
  door(
    "gauge",
    "spandrel_write_waiting",
    "Write requests that were read and wait for their turn.",
    ({ writeQueue }) => writeQueue.turns.count,
  ),
  door(
    "counter",
    "spandrel_web_config_reloads_total",
    "Times that a changed --web.config.file, or a file that it names, was taken.",
    (counts) => counts.webConfig.reloadCount,
  ),
  door(
    "counter",
    "spandrel_web_config_reload_failures_total",
    "Times that --web.config.file could not be read or used; the rules before it stayed.",
    (counts) => counts.webConfig.failureCount,
  ),
];
