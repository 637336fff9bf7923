/**
 * From an Authorization header to a client: basic auth against bcrypt hashes, or a bearer token.
 *
 * I1  A name that is not known costs the same as a wrong password: it is compared too.
 * I2  What was found out about a password is remembered under a keyed hash of it, never under the
 *     password; right and wrong ones in caches of their own, so that guessing pushes no user out.
 * I3  A client that sends nothing, and one that sends the wrong thing, are told apart in counts
 *     only, never in the answer.
 */
import { createHmac, randomBytes } from "node:crypto";
import { type AccessRules, tokenHash } from "./access-rules.ts";
import { BcryptWorker } from "./bcrypt-worker.ts";
import type { Identity } from "./roles.ts";

/** Why a request was not let in. */
export type Refused = "no_credentials" | "wrong_credentials" | "busy";
export type Verdict = Identity | Refused;

const REMEMBERED_MAX = 100;
/** A hash that no password is known for, of the usual cost. */
const NOBODY = "$2b$10$xcOMOdPppKDMxB5FBpXmK.xmEo2Q83snq3SXNigA3fGra5SCzoXAG";

/** The newest few keys; the oldest one goes when there is no room. */
class Remembered {
  private readonly keys = new Set<string>();

  has(key: string): boolean {
    return this.keys.has(key);
  }

  add(key: string): void {
    this.keys.add(key);
    if (this.keys.size <= REMEMBERED_MAX) return;
    const [oldest] = this.keys;
    if (oldest !== undefined) this.keys.delete(oldest);
  }
}

/** User and password of a basic Authorization header. */
function basicCredentials(encoded: string): { user: string; password: string } | null {
  const text = Buffer.from(encoded, "base64").toString("utf8");
  const colon = text.indexOf(":");
  if (colon < 0) return null;
  return { user: text.slice(0, colon), password: text.slice(colon + 1) };
}

export class Authenticator {
  private readonly worker = new BcryptWorker();
  private readonly secret = randomBytes(32);
  private readonly right = new Remembered();
  private readonly wrong = new Remembered();

  /** Who sent a header; at once when it is a token or was seen before. */
  check(rules: AccessRules, header: string | undefined): Verdict | Promise<Verdict> {
    if (header === undefined) return "no_credentials";
    const space = header.indexOf(" ");
    const scheme = header.slice(0, space).toLowerCase();
    const rest = header.slice(space + 1).trim();
    if (scheme === "bearer") return rules.tokens.get(tokenHash(rest)) ?? "wrong_credentials";
    const credentials = scheme === "basic" ? basicCredentials(rest) : null;
    if (credentials === null) return "wrong_credentials";
    return this.checkPassword(rules, credentials.user, credentials.password);
  }

  private checkPassword(
    { users }: AccessRules,
    user: string,
    password: string,
  ): Verdict | Promise<Verdict> {
    const hash = users.get(user);
    const identity: Identity = { name: user, role: "admin" };
    const key = createHmac("sha256", this.secret)
      .update(JSON.stringify([user, hash ?? "", password]))
      .digest("base64");
    if (this.right.has(key)) return identity;
    if (this.wrong.has(key)) return "wrong_credentials";
    // The cost is in the hash: another user's takes as long as this one's would.
    const [someUser = NOBODY] = users.values();
    const compared = this.worker.compare(password, hash ?? someUser);
    if (compared === null) return "busy";
    return compared.then((fits) => {
      const isRight = fits && hash !== undefined;
      (isRight ? this.right : this.wrong).add(key);
      return isRight ? identity : "wrong_credentials";
    });
  }
}
