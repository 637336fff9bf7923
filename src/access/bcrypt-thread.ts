/** A thread that compares passwords with bcrypt hashes, one after the other. */
import { parentPort } from "node:worker_threads";
import bcrypt from "bcryptjs";
import { assert } from "../base/assert.ts";

/** A password to be compared, and whether it fits. */
export interface BcryptQuestion {
  readonly id: number;
  readonly password: string;
  readonly hash: string;
}
export interface BcryptAnswer {
  readonly id: number;
  readonly fits: boolean;
}

const port = parentPort;
assert(port !== null, "passwords are compared in a thread");
port.on("message", ({ id, password, hash }: BcryptQuestion) => {
  const answer: BcryptAnswer = { id, fits: bcrypt.compareSync(password, hash) };
  port.postMessage(answer);
});
