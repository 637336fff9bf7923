/**
 * Gives the memory of a body's part back as soon as its bytes are copied.
 *
 * The HTTP parser makes a new buffer for every part of a body, some 64 KB outside V8's heap, and V8
 * counts those as its own until its next collection. Under remote write they would be the greater
 * part of what it counts, and make it collect all the more often
 * (docs/adr/0024-collections-under-load.md). Freed at once, the same memory is used again.
 *
 * I1  A buffer that others may share is left alone: only the whole of an own one is given back.
 *
 * A transfer to a port that nobody is behind detaches the buffer, and its memory is freed with the
 * message: HTML standard, 9.4.4, message port post message steps.
 */
import { MessageChannel, type MessagePort } from "node:worker_threads";

export class BodyParts {
  private readonly nobody: MessagePort;

  constructor() {
    const { port1, port2 } = new MessageChannel();
    port2.close();
    port1.unref();
    this.nobody = port1;
  }

  /** Frees the memory of a part that nobody reads any more; afterwards it is empty. */
  giveBack({ buffer, length }: Uint8Array): void {
    if (!(buffer instanceof ArrayBuffer) || buffer.byteLength !== length) return;
    this.nobody.postMessage(null, [buffer]);
  }
}
