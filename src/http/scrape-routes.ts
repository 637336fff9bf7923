/**
 * API routes of what Spandrel has none of: targets, rules, alerts, alertmanagers.
 *
 * They answer in Prometheus' shape with nothing in it, so that clients that ask find no error; a
 * parameter that Prometheus would refuse is refused.
 */
import type { FastifyInstance } from "fastify";
import { TsdbError } from "../base/errors.ts";
import type { Slices } from "../base/slices.ts";
import { quote } from "../promql/parse/string-text.ts";
import { addApiRoute } from "./api-routes.ts";
import { type ApiAnswer, answer } from "./envelope.ts";
import { badParameter, booleanFault, integerParameter } from "./parameter-values.ts";
import type { Parameters } from "./parameters.ts";
import { slicesOf } from "./pieces.ts";
import { selectorsOf } from "./selectors.ts";
import type { ServerParts } from "./server-parts.ts";

const EMPTY_ANSWERS: readonly (readonly [string, unknown])[] = [
  ["/targets", { activeTargets: [], droppedTargets: [], droppedTargetCounts: {} }],
  ["/scrape_pools", { scrapePools: [] }],
  ["/alertmanagers", { activeAlertmanagers: [], droppedAlertmanagers: [] }],
  ["/alerts", { alerts: [] }],
];

/** Refuses a page of rule groups that cannot be. */
function checkPaging(parameters: Parameters): void {
  const name = "group_limit";
  const text = parameters.first(name);
  const token = parameters.first("group_next_token");
  if (text === "" && token !== "") {
    const what = "group_limit needs to be present in order to paginate over the groups";
    throw badParameter("group_next_token", what);
  }
  if (text === "") return;
  if (!/^[+-]?\d+$/.test(text)) {
    const fault = `strconv.ParseInt: parsing ${quote(text)}: invalid syntax`;
    throw badParameter(name, `group_limit needs to be a valid number: ${fault}`);
  }
  if (Number(text) <= 0) throw badParameter(name, "group_limit needs to be greater than 0");
  if (token === "") return;
  const what = `invalid group_next_token '${token}'. were rule groups changed?`;
  throw badParameter("group_next_token", what);
}

async function rules(
  { queries }: ServerParts,
  parameters: Parameters,
  slices: Slices,
): Promise<ApiAnswer> {
  parameters.requireWhole();
  const type = parameters.first("type").toLowerCase();
  await selectorsOf({ queries, parameters, slices });
  if (!["", "alert", "record"].includes(type)) {
    throw badParameter("type", `not supported value ${quote(type)}`);
  }
  const fault = booleanFault(parameters.first("exclude_alerts").toLowerCase());
  if (fault !== "") {
    throw badParameter("exclude_alerts", `error converting exclude_alerts: ${fault}`);
  }
  checkPaging(parameters);
  return answer({ groups: [] });
}

async function targetMetadata(
  { queries }: ServerParts,
  parameters: Parameters,
  slices: Slices,
): Promise<ApiAnswer> {
  integerParameter(parameters, "limit", "limit must be a number");
  const selector = parameters.first("match_target");
  try {
    if (selector !== "") await queries.parseSelector(selector, slices);
  } catch (error) {
    if (!(error instanceof TsdbError) || error.code !== "QUERY_PARSE") throw error;
    throw badParameter("match_target", error.message);
  }
  return answer([]);
}

/** Registers the routes. */
export function addScrapeRoutes(app: FastifyInstance, parts: ServerParts): void {
  for (const [path, data] of EMPTY_ANSWERS) {
    addApiRoute(app, parts, path, ["GET"], () => answer(data));
  }
  addApiRoute(app, parts, "/rules", ["GET"], (parameters, _request, reply) =>
    rules(parts, parameters, slicesOf(parts, reply)),
  );
  addApiRoute(app, parts, "/targets/metadata", ["GET"], (parameters, _request, reply) =>
    targetMetadata(parts, parameters, slicesOf(parts, reply)),
  );
}
