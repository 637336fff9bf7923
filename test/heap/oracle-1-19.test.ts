import { describeMeasuredTraces } from "./oracle-claims.ts";

describeMeasuredTraces("1.19");
