/**
 * Sender process: sends parts of a stream when its parent says so, and reports each.
 *
 * Arguments: stream path, port, URL path, connections, protocol. Started with an IPC channel:
 * receives {fromCycle, toCycle}, answers with a SendReport or {error}. Ends with the channel.
 */

import { StreamSender } from "./send-stream.ts";
import { StreamReader } from "./stream-file.ts";

interface Order {
  readonly fromCycle: number;
  readonly toCycle: number;
}

const [streamPath = "", port = "0", urlPath = "", connections = "4", protocol = "1"] =
  process.argv.slice(2);
const sender = new StreamSender(
  new StreamReader(streamPath),
  Number(port),
  urlPath,
  Number(connections),
  protocol !== "1",
);

process.on("message", (order: Order) => {
  sender.send(order.fromCycle, order.toCycle).then(
    (report) => process.send?.(report),
    (error: unknown) => process.send?.({ error: String(error) }),
  );
});
process.on("disconnect", () => process.exit(0));
