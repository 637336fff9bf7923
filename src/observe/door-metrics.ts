/** The metrics of what is turned away at the door: credentials, roles, limits. */
import type { DoorCounts } from "./door-counts.ts";
import { labelled, type MetricDefinition, plain } from "./metric-definition.ts";

function door(name: string, help: string, value: (counts: DoorCounts) => number, meaning = "") {
  return plain("counter", name, help, ({ requests }) => value(requests.door), meaning);
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
  door(
    "spandrel_web_config_reloads_total",
    "Times that a changed --web.config.file, or a file that it names, was taken.",
    (counts) => counts.webConfig.reloadCount,
  ),
  door(
    "spandrel_web_config_reload_failures_total",
    "Times that --web.config.file could not be read or used; the rules before it stayed.",
    (counts) => counts.webConfig.failureCount,
  ),
];
