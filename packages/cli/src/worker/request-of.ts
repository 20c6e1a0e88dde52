import { isDeepStrictEqual } from "node:util";
import type { ComparisonRequest } from "@minimand/compare";
import type { ReproductionRequest } from "@minimand/papers";
import { UsageError } from "../failure.ts";
import type { Run } from "../queue/run-store.ts";
import { runId } from "../queue/submit.ts";

interface Requests {
  compare: ComparisonRequest;
  reproduce: ReproductionRequest;
}

/**
 * What a run asks for.
 *
 * @throws UsageError where that isn't what the run is called after, or wants another engine than its workers have: whoever can write to a store
 *   can write anything
 */
export function requestOf<Kind extends keyof Requests>(
  kind: Kind,
  { id, request, house, needs, kind: given }: Run,
): Requests[Kind] {
  const { versions, engine } = (request ?? {}) as Partial<Requests[Kind]>;
  const own = given === kind && runId({ kind, request, house }) === id;
  if (!own || !isDeepStrictEqual({ versions, engine }, { versions: needs.versions, engine: needs.engine }))
    throw new UsageError(`run ${id}: expected the request that it was made for, got another`);
  return request as Requests[Kind];
}
