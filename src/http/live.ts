/**
 * /api/v1/live: a stream of events for the page, and the recorded past behind it.
 *
 *   event `heap`    each second: state, figures, what happened
 *   event `drill`   when a drill that was started here has come further
 *
 * I1  The text of an event is made once, whoever is looking; without viewers it is not made.
 *
 * Units: …Ms milliseconds since the epoch.
 */
import type { FastifyInstance } from "fastify";
import type { HeapRecorder } from "../engine/heap-recorder.ts";
import { addApiRoute, addRoute, TEXT_TYPE } from "./api-routes.ts";
import type { HeapMapReply, HistoryReply, LiveHeap } from "./api-types.ts";
import { type ApiAnswer, answer } from "./envelope.ts";
import { answerOf } from "./error-table.ts";
import { EventStream, eventText } from "./event-stream.ts";
import { badParameter, timeParameter } from "./parameter-values.ts";
import type { ServerParts } from "./server-parts.ts";

function historyReply({ figures, events, maps }: HeapRecorder): HistoryReply {
  const frames = figures.frames;
  const column = (name: keyof HistoryReply["figures"]) => frames.map((frame) => frame[name]);
  return {
    figures: {
      timeMs: column("timeMs"),
      allocBytes: column("allocBytes"),
      inuseBytes: column("inuseBytes"),
      idleBytes: column("idleBytes"),
      releasedBytes: column("releasedBytes"),
      liveBytes: column("liveBytes"),
      nextGcBytes: column("nextGcBytes"),
      gcCount: column("gcCount"),
      seriesCount: column("seriesCount"),
      chunkCount: column("chunkCount"),
      sampleCount: column("sampleCount"),
    },
    events,
    mapTimesMs: maps.frames.map(({ timeMs }) => timeMs),
  };
}

function mapAnswer({ maps }: HeapRecorder, timeMs: number): ApiAnswer {
  const map = maps.at(timeMs);
  if (map === undefined) throw badParameter("time", "no map is recorded yet");
  const { firstPage, endPage, pagesPerCell, windowStartsMs } = map;
  const reply: HeapMapReply = {
    ...{ timeMs: map.timeMs, firstPage, endPage, pagesPerCell, windowStartsMs },
    cells: {
      fill: [...map.fill],
      classes: [...map.classes],
      windows: [...map.windows],
      origins: [...map.origins],
    },
  };
  return answer(reply);
}

/** Registers the stream; it is open while the store is restored. */
export function addLiveRoute(
  app: FastifyInstance,
  { recorder, drill, service, clock }: ServerParts,
): void {
  const stream = new EventStream(app);
  const stopListening = recorder.listen((news) => {
    if (stream.viewerCount > 0) stream.send(eventText("heap", news satisfies LiveHeap));
  });
  const stopDrill = drill.listen((status) => {
    if (stream.viewerCount > 0) stream.send(eventText("drill", status));
  });
  app.addHook("onClose", async () => {
    stopListening();
    stopDrill();
  });
  addRoute(app, "/live", ["GET"], (_request, reply) => {
    const hello: LiveHeap = {
      state: service.state,
      timeMs: clock.nowMs(),
      figures: null,
      events: [],
    };
    try {
      stream.open(reply, eventText("heap", hello));
    } catch (error) {
      const { status, text } = answerOf(error);
      return reply.code(status).type(TEXT_TYPE).send(text);
    }
    return reply;
  });
}

/** Registers the routes of the recorded past. */
export function addHistoryRoutes(app: FastifyInstance, parts: ServerParts): void {
  const { recorder } = parts;
  addApiRoute(app, parts, "/status/heap/history", ["GET"], () => answer(historyReply(recorder)));
  addApiRoute(app, parts, "/status/heap/history/map", ["GET"], (parameters) =>
    mapAnswer(recorder, timeParameter(parameters, "time")),
  );
}
