import type { Reproduction, ReproductionReport, Row } from "../reproduction.ts";
import { drive, type ProgressSink, unusable } from "./drive.ts";
import type { PapersHost } from "./papers-host.ts";
import { caveatOf, type ReproductionFile } from "./reproduction-file.ts";
import type { ReproductionRequest } from "./reproduction-request.ts";

/** What tuning has tried and chosen: what `tuned.json` holds. */
export interface Tuned {
  rows: Row[];
  choices: Record<string, Row>;
  atEnds?: string[];
}

/** The outcome, and the files that are written of it, by name. The page is not among them: it is made of `file`. */
export type FinishedReproduction = { files: Record<string, string> } & (
  | { kind: "measured"; file: ReproductionFile }
  | { kind: "tuned"; tuned: Tuned }
);

/**
 * Runs a reproduction on a host to its end.
 *
 * @param progress told how far it is
 * @throws Interrupted when the host's signal is aborted; what a trial throws; DataError where trials that were kept give a report that no paper has
 */
export async function finishReproduction(
  { request, reproduction }: { request: ReproductionRequest; reproduction: Reproduction<unknown, unknown> },
  host: PapersHost,
  progress: ProgressSink,
): Promise<FinishedReproduction> {
  const started = performance.now();
  if (request.tune) {
    const tuned = await drive(reproduction.tune!(host), host, progress);
    return { kind: "tuned", tuned, files: { "tuned.json": asFile(tuned) } };
  }
  const found: ReproductionReport = await drive(reproduction.run(host), host, progress);
  const computedOn = await host.computedOn?.();
  const { scale, seeds, firstSeed, data, code, versions, engine } = request;
  // The rule is for standard errors, which take two seeds, and for the whole of what it speaks of.
  const isEvidence = caveatOf({ scale, seeds }) === null;
  const file: ReproductionFile = {
    schema: "minimand.reproduction/1",
    created: new Date().toISOString(),
    card: reproduction.card,
    scale,
    seeds,
    firstSeed,
    ...found,
    ...(!isEvidence && { verdict: "undecided" }),
    data,
    code,
    versions,
    engine,
    seconds: (performance.now() - started) / 1000,
    trials: host.trialsSoFar,
    ...(computedOn !== undefined && { computedOn }),
  };
  const text = asFile(file);
  // Each of its points is drawn.
  if (text.length > mostCharacters && file.trials.kept > 0)
    throw unusable(`they give a report of ${text.length} characters`);
  return { kind: "measured", file, files: { "report.json": text } };
}

/** The longest report that is committed has 2.3 million. */
const mostCharacters = 2 ** 23;

const asFile = (value: unknown): string => `${JSON.stringify(value, null, 1)}\n`;
