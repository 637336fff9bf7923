/** The sender (send.ts) as a process of its own, so that its work does not wait for the bench's. */
import { type ChildProcess, fork } from "node:child_process";
import { fileURLToPath } from "node:url";
import type { SendReport } from "./send-stream.ts";

/** Starts a sender of a stream to a port. */
export function startSender(
  streamPath: string,
  port: number,
  urlPath: string,
  connections: string,
  protocol = "1",
): ChildProcess {
  const entry = fileURLToPath(new URL("send.ts", import.meta.url));
  const parameters = [streamPath, String(port), urlPath, connections, protocol];
  return fork(entry, parameters, { execArgv: ["--import", "tsx"] });
}

/** Lets a sender send the cycles [fromCycle, toCycle). */
export function order(
  sender: ChildProcess,
  fromCycle: number,
  toCycle: number,
): Promise<SendReport> {
  return new Promise((resolve, reject) => {
    const ended = (code: number | null): void => reject(new Error(`sender ended with ${code}`));
    sender.once("exit", ended);
    sender.once("message", (answer: SendReport | { error: string }) => {
      sender.off("exit", ended);
      if ("error" in answer) reject(new Error(answer.error));
      else resolve(answer);
    });
    sender.send({ fromCycle, toCycle });
  });
}
