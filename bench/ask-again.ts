/**
 * Asks for a URL again and again until it is told to stop, and then tells how often it was
 * answered: a process of its own, of the lowest priority. What is answered is read and not kept.
 */
import { once } from "node:events";
import { get, type IncomingMessage } from "node:http";
import { setPriority } from "node:os";

const LOWEST_PRIORITY = 19;

setPriority(LOWEST_PRIORITY);
const url = process.argv[2]!;
let answers = 0;
process.once("message", () => {
  process.send?.(answers, () => process.exit(0));
});
for (;;) {
  const [answer] = (await once(get(url), "response")) as [IncomingMessage];
  if (answer.statusCode !== 200) throw new Error(`${url}: ${answer.statusCode}`);
  await once(answer.resume(), "end");
  answers++;
}
