import type { Host, Progress, Reproduction, ReproductionReport, Row } from "../reproduction.ts";
import { type LearningResult, type LearningSpec, learningTrial } from "./learning.ts";
import { type LemmaResult, type LemmaSpec, lemmaTrial } from "./lemmas.ts";
import { card } from "./paper.ts";
import { type Runs, reportOf } from "./report.ts";
import {
  armOf,
  type Choice,
  grids,
  horizons,
  type Study,
  scales,
  shownArms,
  studies,
  tunedArms,
  tuningSeeds,
} from "./settings.ts";
import { mean } from "./statistics.ts";
import tuned from "./tuned.json" with { type: "json" };

export type Spec = LearningSpec | LemmaSpec;
export type Result = LearningResult | LemmaResult;
type MdpHost = Host<Spec, Result>;

export const reproduction: Reproduction<Spec, Result> = {
  card,
  trial: async (spec) => (spec.kind === "lemmas" ? lemmaTrial(spec) : learningTrial(spec)),
  run,
  tune,
};

/** Runs of one arm and study with one choice, all numbers of episodes and seeds. */
interface Block {
  study: Study;
  arm: string;
  choice: Choice;
  episodes: number[];
  seeds: number;
}

async function* run(host: MdpHost): AsyncGenerator<Progress, ReproductionReport> {
  const { seeds, fraction, sequences } = scales[host.scale];
  const blocks = studies.flatMap((study) =>
    shownArms(study).flatMap((arm) =>
      choicesOf(study, arm).map((choice): Block => {
        const count = Math.max(2, host.seeds ?? seeds[study]);
        return { study, arm, choice, episodes: episodesOf(study, fraction), seeds: count };
      }),
    ),
  );
  const specs: Spec[] = [{ kind: "lemmas", sequences, seed: 0 }];
  const starts = blocks.map(({ study, arm, choice, episodes, seeds }) => {
    const start = specs.length;
    for (const k of episodes)
      for (let seed = 0; seed < seeds; seed++)
        specs.push({ kind: "learning", study, arm, ...choice, episodes: k, seed });
    return start;
  });
  const results = yield* collect(host, specs);
  const runs: Record<Study, Runs[]> = { bandit: [], phases: [], mdp: [], lock: [], trap: [] };
  for (const [b, { study, arm, choice, episodes, seeds }] of blocks.entries())
    runs[study].push({
      arm,
      choice,
      episodes,
      results: episodes.map(
        (_, i) => results.slice(starts[b] + i * seeds, starts[b] + (i + 1) * seeds) as LearningResult[],
      ),
    });
  return reportOf({ lemmas: results[0] as LemmaResult, runs });
}

const episodesOf = (study: Study, fraction: number): number[] =>
  horizons[study].map((k) => Math.max(16, Math.round(k * fraction)));

/** The same grid for every arm, judged by the mean regret at the end of the longest runs, on seeds of its own. */
async function* tune(host: MdpHost): AsyncGenerator<Progress, { rows: Row[]; choices: Record<string, Row> }> {
  const { fraction } = scales[host.scale];
  const seeds = host.scale === "quick" ? tuningSeeds.slice(0, 1) : tuningSeeds;
  const tried = studies.flatMap((study) =>
    tunedArms(study).flatMap((arm) =>
      grids[study].bonusScale.flatMap((bonusScale) =>
        grids[study].etaScale.map((etaScale) => ({ study, arm, etaScale, bonusScale })),
      ),
    ),
  );
  const specs = tried.flatMap(({ study, ...choice }) =>
    seeds.map((seed): Spec => {
      const episodes = episodesOf(study, Math.min(1, fraction)).at(-1)!;
      return { kind: "learning", study, ...choice, episodes, seed };
    }),
  );
  const results = (yield* collect(host, specs)) as LearningResult[];
  const rows = tried.map(({ study, arm, etaScale, bonusScale }, i) => {
    const own = results.slice(i * seeds.length, (i + 1) * seeds.length);
    const regret = mean(own.map(({ points }) => points[points.length - 1].regret));
    return { study, arm, etaScale, bonusScale, regret: Math.round(10 * regret) / 10 };
  });
  const choices: Record<string, Row> = {};
  const keep = (name: string, row: (typeof rows)[number]): void => {
    if (row.regret < Number(choices[name]?.regret ?? Infinity)) choices[name] = row;
  };
  for (const row of rows) {
    keep(`${row.study} ${row.arm}`, row);
    // The lock is about bonuses: the best with one stands beside the best without.
    if (row.study === "lock")
      keep(`${row.study} ${row.arm} ${row.bonusScale > 0 ? "with bonus" : "without bonus"}`, row);
  }
  return { rows, choices };
}

/** What an arm is run with: its own choice, or in the lock the best with and without a bonus. */
function choicesOf(study: Study, arm: string): Choice[] {
  const { algorithm, as = arm } = armOf(arm);
  if (algorithm === "uniform" || study === "trap") return [{ etaScale: 1, bonusScale: 0 }];
  const names =
    study === "lock" ? [`${study} ${as} with bonus`, `${study} ${as} without bonus`] : [`${study} ${as}`];
  return names.map((name) => {
    const choices = tuned.choices as Record<string, Choice | undefined>;
    const chosen = choices[name];
    if (chosen === undefined) throw new RangeError(`tuned.json: expected a choice for ${name}, got none`);
    return { etaScale: chosen.etaScale, bonusScale: chosen.bonusScale };
  });
}

async function* collect(host: MdpHost, specs: readonly Spec[]): AsyncGenerator<Progress, Result[]> {
  const results: Result[] = new Array(specs.length);
  let done = 0;
  for await (const { index, result } of host.trials(specs)) {
    results[index] = result;
    done++;
    const spec = specs[index];
    const message =
      spec.kind === "lemmas"
        ? "lemmas"
        : `${spec.study}: ${armOf(spec.arm).label}, K = ${spec.episodes}, seed ${spec.seed}`;
    yield { done, total: specs.length, message };
  }
  return results;
}
