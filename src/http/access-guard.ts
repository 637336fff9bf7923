/**
 * The door of the HTTP server: every request passes here before its route sees it.
 *
 * Order, as Prometheus has it: configured headers, rate limit, who is it, may it do that.
 *
 * I1  A request that is refused here reaches no route, and its body is read by nobody.
 * I2  A route is judged by its own path, never by the text of the URL.
 */
import type { IncomingMessage } from "node:http";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import type { AccessFile } from "../access/access-file.ts";
import { type AccessRules, needsCredentials } from "../access/access-rules.ts";
import { Authenticator, type Verdict } from "../access/authenticator.ts";
import { allows, type Identity, needOf } from "../access/roles.ts";
import { TokenBucket } from "../access/token-bucket.ts";
import type { Clock } from "../base/clock.ts";
import type { RefusalReason } from "../observe/door-counts.ts";
import type { RequestCounts } from "../observe/request-counts.ts";
import { TEXT_TYPE } from "./api-routes.ts";

const RETRY_AFTER_SECONDS = "1";

interface Refusal {
  readonly status: number;
  readonly reason: RefusalReason;
  readonly text: string;
}

const UNAUTHORIZED = { status: 401, text: "Unauthorized" };
const REFUSALS = {
  no_credentials: { ...UNAUTHORIZED, reason: "no_credentials" },
  wrong_credentials: { ...UNAUTHORIZED, reason: "wrong_credentials" },
  busy: { status: 503, reason: "busy", text: "too many passwords are being checked" },
  rate_limited: { status: 429, reason: "rate_limited", text: "Too Many Requests" },
} as const satisfies Record<string, Refusal>;

export class AccessGuard {
  private readonly access: AccessFile;
  private readonly counts: RequestCounts;
  private readonly clock: Clock;
  private readonly authenticator = new Authenticator();
  private readonly clients = new WeakMap<IncomingMessage, Identity>();
  private bucket: TokenBucket | null = null;
  private bucketOf: AccessRules | null = null;

  constructor(access: AccessFile, counts: RequestCounts, clock: Clock) {
    this.access = access;
    this.counts = counts;
    this.clock = clock;
  }

  /** Puts the guard before every route that is registered afterwards. */
  addTo(app: FastifyInstance): void {
    app.addHook("onRequest", (request, reply, done) => this.meet(request, reply, done));
  }

  /** Who sent a request: its name in the configuration, or the address it came from. */
  clientOf(request: IncomingMessage): string {
    return this.clients.get(request)?.name ?? request.socket.remoteAddress ?? "";
  }

  private meet(request: FastifyRequest, reply: FastifyReply, done: () => void): void {
    const { rules } = this.access;
    for (const name in rules.headers) reply.raw.setHeader(name, rules.headers[name] ?? "");
    const answer = (refusal: Refusal | null) => {
      if (refusal === null) done();
      else this.refuse(request, reply, refusal);
    };
    const judged = this.judge(request, rules);
    if (judged instanceof Promise) judged.then(answer, () => answer(REFUSALS.busy));
    else answer(judged);
  }

  /** Why a request is refused, null when it is not; at once unless a password is compared. */
  private judge(
    request: FastifyRequest,
    rules: AccessRules,
  ): Refusal | null | Promise<Refusal | null> {
    if (this.isTooFast(rules)) return REFUSALS.rate_limited;
    if (!needsCredentials(rules)) return null;
    const verdict = this.authenticator.check(rules, request.headers.authorization);
    if (!(verdict instanceof Promise)) return this.judgeClient(request, verdict);
    return verdict.then((settled) => this.judgeClient(request, settled));
  }

  private judgeClient(request: FastifyRequest, verdict: Verdict): Refusal | null {
    if (typeof verdict === "string") return REFUSALS[verdict];
    const need = needOf(request.routeOptions.url, request.method);
    if (!allows(verdict.role, need)) {
      const text = `${verdict.name} has the role ${verdict.role}; this takes the role ${need}`;
      return { status: 403, reason: "not_allowed", text };
    }
    this.clients.set(request.raw, verdict);
    return null;
  }

  /** Takes one of the requests that the rate limit allows; it begins anew with other rules. */
  private isTooFast(rules: AccessRules): boolean {
    if (rules.rateLimit === null) return false;
    const nowMs = this.clock.monotonicMs();
    if (this.bucket === null || this.bucketOf !== rules) {
      const { burst, intervalMs } = rules.rateLimit;
      this.bucket = new TokenBucket(1000 / intervalMs, burst, nowMs);
      this.bucketOf = rules;
    }
    if (this.bucket.waitMs(nowMs) > 0) return true;
    this.bucket.spend(1);
    return false;
  }

  private refuse(request: FastifyRequest, reply: FastifyReply, refusal: Refusal): void {
    const { status, reason, text } = refusal;
    this.counts.door.refuse(reason);
    // Routes that answer by themselves are not counted by the hook of the others.
    if (needOf(request.routeOptions.url, request.method) === "write") {
      this.counts.count(request.routeOptions.url ?? "", status);
    }
    if (status === 401) reply.header("www-authenticate", "Basic");
    if (status === 429 || status === 503) reply.header("retry-after", RETRY_AFTER_SECONDS);
    reply.code(status).type(TEXT_TYPE).send(`${text}\n`);
  }
}
