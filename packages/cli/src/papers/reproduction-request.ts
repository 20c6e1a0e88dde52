import { isDeepStrictEqual } from "node:util";
import type { EngineUsed } from "@minimand/compare";
import {
  loadReproduction,
  outcomeOf,
  type PapersData,
  type Reproduction,
  type ReproductionRequest,
  seedsOfRun,
  seenSeeds,
  takenSeeds,
  trialContext,
} from "@minimand/papers";
import { UsageError } from "../failure.ts";
import { versions } from "../version.ts";
import { codeFingerprint } from "./code-fingerprint.ts";
import { type DataPlace, dataInPlaces, type FileInPlace } from "./data-in-places.ts";
import { paperAssets } from "./paper-assets.ts";

/** What a request runs with in this process. */
export interface PreparedReproduction {
  request: ReproductionRequest;
  reproduction: Reproduction<unknown, unknown>;
  data: PapersData<FileInPlace>;
  asset: ReturnType<typeof paperAssets>;
  /** What decides the result of a trial beside its spec. */
  context: Record<string, unknown>;
}

/**
 * The request for a paper, with this installation's code and the data of these places.
 *
 * @throws RangeError for a paper that is none; UsageError where there is nothing to tune, or where the run would have seeds on which
 *   something was chosen
 */
export async function requestReproduction(
  asked: Pick<ReproductionRequest, "slug" | "scale" | "seeds" | "tune" | "engine"> &
    Partial<Pick<ReproductionRequest, "firstSeed">>,
  places: readonly DataPlace[],
): Promise<ReproductionRequest> {
  const { slug, scale, seeds, tune, engine } = asked;
  const reproduction = await loadReproduction(slug);
  if (tune && reproduction.tune === undefined)
    throw new UsageError(`--tune: expected a paper with something to tune, got '${slug}'`);
  const { firstSeed: own = 0 } = reproduction;
  const firstSeed = asked.firstSeed === undefined || asked.firstSeed === own ? null : asked.firstSeed;
  const found = dataInPlaces(places, reproduction.card.data);
  if (!tune && (seeds ?? firstSeed) !== null)
    checkSeeds(reproduction, await seedsOfRun(reproduction, { ...found, scale, seeds, firstSeed }));
  if (!tune && firstSeed !== null) {
    const onPage = scale === "full" ? null : (outcomeOf(slug)?.seeds ?? null);
    const seen = await seenSeeds(reproduction, { ...found, scale, seeds, firstSeed }, onPage);
    if (seen !== null) throw new UsageError(`--first-seed, --seeds: ${seen}`);
  }
  const data = await found.sources();
  const code = codeFingerprint(slug, engine.name);
  return { slug, scale, seeds, firstSeed, tune, engine, versions: versions(), code, data };
}

/** That no measured run has the seeds of tuning. */
function checkSeeds(reproduction: Reproduction<unknown, unknown>, used: readonly number[]): void {
  const fault = takenSeeds(reproduction, used);
  if (fault !== null) throw new UsageError(`--first-seed, --seeds: ${fault}`);
}

/**
 * What is needed to run a request here, whoever has made it.
 *
 * @param places where its data are looked for, in this order
 * @throws RangeError where code, versions or data here are others than those of the request, naming what differs
 */
export async function prepareReproduction(
  request: ReproductionRequest,
  places: readonly DataPlace[],
): Promise<PreparedReproduction> {
  const { slug, scale, seeds, firstSeed, tune, code } = request;
  const reproduction = await loadReproduction(slug);
  const data = dataInPlaces(places, reproduction.card.data);
  checkSame("versions", request.versions, versions());
  checkSame("code", code, codeFingerprint(slug, request.engine.name));
  const here = await data.sources();
  for (const [name, files] of Object.entries(here)) checkSame(`data set ${name}`, request.data[name], files);
  // A database may give back the names of an object in another order, and that of a trial's context is part of its name.
  const { name, version, threads } = request.engine;
  const engine: EngineUsed = { name, version, threads };
  const own: ReproductionRequest = {
    slug,
    scale,
    seeds,
    firstSeed,
    tune,
    engine,
    versions: versions(),
    code,
    data: here,
  };
  return { request: own, reproduction, data, asset: paperAssets(slug), context: trialContext(own) };
}

function checkSame(what: string, asked: unknown, here: unknown): void {
  if (isDeepStrictEqual(asked, here)) return;
  const [expected, got] = [asked, here].map((value) => JSON.stringify(value));
  throw new RangeError(`${what}: expected that of the request, ${expected}, got ${got}`);
}
