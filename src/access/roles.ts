/**
 * Roles: what a token may do. A user of basic auth may do everything, as in Prometheus.
 *
 *   write   sends samples
 *   read    queries, metadata, status, metrics, profiles, the page
 *   admin   both, and what changes or loads the service: /api/v1/admin/…, /-/reload, /-/quit,
 *           starting and stopping drills
 *
 * I1  A path that is not named here is for reading: a new route is never open to writers by
 *     mistake, and never changes the service unless it stands below /api/v1/admin.
 */

export const ROLES = ["write", "read", "admin"] as const;
export type Role = (typeof ROLES)[number];

/** Who sent a request: the name in the configuration file, and what it may do. */
export interface Identity {
  readonly name: string;
  readonly role: Role;
}

/** What a request wants to do; probes are open to every role. */
export type Need = Role | "any";

const PROBES: ReadonlySet<string> = new Set(["/-/healthy", "/-/ready"]);
const LIFECYCLE: ReadonlySet<string> = new Set(["/-/reload", "/-/quit"]);
const WRITES: readonly string[] = ["/api/v1/write", "/api/v1/otlp/", "/api/v1/import"];
const ADMIN = "/api/v1/admin/";
/** Starting a drill takes a processor for half a minute; looking at it takes nothing. */
const DRILL = "/api/v1/drill";

/** What a request needs; `path` is its route's own, undefined when there is no such route. */
export function needOf(path: string | undefined, method: string): Need {
  if (path === undefined) return "read";
  if (PROBES.has(path)) return "any";
  if (path.startsWith(DRILL) && method !== "GET" && method !== "HEAD") return "admin";
  if (LIFECYCLE.has(path) || path.startsWith(ADMIN)) return "admin";
  return WRITES.some((prefix) => path.startsWith(prefix)) ? "write" : "read";
}

/** Whether a role may do what a request needs. */
export function allows(role: Role, need: Need): boolean {
  return need === "any" || role === "admin" || role === need;
}
