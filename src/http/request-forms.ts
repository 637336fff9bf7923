/**
 * Bodies of requests: forms of both kinds are read, others are passed over, as Prometheus does.
 *
 * I1  A form is parsed in slices, so that a long one lets others run. It holds eight of the longest
 *     texts at most, or one of which most is escaped: a single value is read in one turn.
 *
 * Units: …Ms milliseconds, …Bytes bytes.
 */
import formBody from "@fastify/formbody";
import type { FastifyInstance } from "fastify";
import type { Clock } from "../base/clock.ts";
import { doneInSlices, Slices } from "../base/slices.ts";
import { formOfText } from "./form-text.ts";
import { formOfParts, PARTS_TYPE } from "./multipart-form.ts";

const FORM_BYTES_PER_TEXT_BYTE = 8;
const SLICE_MS = 5;

type ParsedForm = Record<string, unknown>;

/** A form that has been received. */
class UnparsedForm {
  private readonly text: string;
  private readonly parse: (text: string) => Generator<void, unknown>;

  constructor(text: string, parse: (text: string) => Generator<void, unknown>) {
    this.text = text;
    this.parse = parse;
  }

  parsed(clock: Clock): Promise<unknown> {
    return doneInSlices(this.parse(this.text), new Slices(clock, SLICE_MS));
  }
}

/** Has the bodies of a context's requests read; `textBytesMax` is the longest text of a query. */
export function readForms(app: FastifyInstance, textBytesMax: number, clock: Clock): void {
  const bodyLimit = FORM_BYTES_PER_TEXT_BYTE * textBytesMax;
  app.removeAllContentTypeParsers();
  const parser = (text: string) => new UnparsedForm(text, formOfText) as unknown as ParsedForm;
  app.register(formBody, { bodyLimit, parser });
  const limits = { parseAs: "buffer", bodyLimit } as const;
  app.addContentTypeParser(PARTS_TYPE, limits, ({ headers }, body: Buffer, done) => {
    const type = headers["content-type"] ?? "";
    done(null, new UnparsedForm(body.toString("latin1"), (text) => formOfParts(type, text)));
  });
  app.addContentTypeParser("*", (_request, payload, done) => {
    payload.resume();
    payload.on("end", () => done(null, undefined));
    payload.on("error", () => done(null, undefined));
  });
  app.addHook("preValidation", (request, _reply, done) => {
    const { body } = request;
    if (!(body instanceof UnparsedForm)) return done();
    body.parsed(clock).then((form) => {
      request.body = form;
      done();
    }, done);
  });
}
