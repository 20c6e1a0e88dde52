import { graded, type Verdict } from "../../kit/evidence.ts";
import { logSlope, mean } from "../../kit/statistics.ts";
import { armOf, newArms, registeredArms } from "./arms.ts";
import { bootstrap } from "./bootstrap.ts";
import type { LemmaResult } from "./lemmas.ts";

/** Regrets at the end of runs, `[number of episodes][seed]`, and the numbers of episodes. */
export interface Ends {
  episodes: readonly number[];
  regrets: readonly (readonly number[])[];
}

/** The results that are judged: the predecessor's and the new algorithms' regrets by arm. */
export interface Judged {
  lemmas: LemmaResult;
  bandit: ReadonlyMap<string, Ends>;
  mdp: ReadonlyMap<string, Ends>;
  /** Not judged, but reported. */
  trap: ReadonlyMap<string, Ends>;
}

/** A new algorithm against the predecessor. */
export interface Comparison {
  slope: number | null;
  /** The predecessor's slope less its own, and the ratio of regrets at the end, with 95 % intervals. */
  gain: number | null;
  gainInterval: [number, number] | null;
  ratio: number;
  ratioInterval: [number, number] | null;
}

/** The statistics of the card's rule. */
export function compareEnds(own: Ends, luo: Ends): Comparison {
  const seeds = luo.regrets[0].length;
  const all = Array.from({ length: seeds }, (_, i) => i);
  const means = ({ regrets }: Ends, drawn: readonly number[]): number[] =>
    regrets.map((byK) => mean(drawn.map((i) => byK[i])));
  const slopeOf = (ends: Ends, drawn: readonly number[]): number | null => {
    const regrets = means(ends, drawn);
    // Regret that is not positive has no logarithm.
    return regrets.every((regret) => regret > 0) ? logSlope(ends.episodes, regrets) : null;
  };
  const gainOf = (drawn: readonly number[]): number | null => {
    const [a, b] = [slopeOf(luo, drawn), slopeOf(own, drawn)];
    return a === null || b === null ? null : a - b;
  };
  const ratioOf = (drawn: readonly number[]): number =>
    (means(own, drawn).at(-1) ?? 0) / (means(luo, drawn).at(-1) ?? 0);
  return {
    slope: slopeOf(own, all),
    gain: gainOf(all),
    gainInterval: bootstrap(seeds, gainOf),
    ratio: ratioOf(all),
    ratioInterval: bootstrap(seeds, ratioOf),
  };
}

/** An arm against the predecessor. */
const against = (study: ReadonlyMap<string, Ends>, id: string): Comparison =>
  compareEnds(endsOf(study, id), endsOf(study, "luo"));

/** Applies the rule to two arms: the new algorithms as their theorems have them, or with the registered arm. */
function byArms(ids: readonly string[], lemma: boolean, { bandit, mdp }: Judged) {
  const rates = ids.map((id) => against(bandit, id));
  const plays = ids.map((id) => against(mdp, id).ratio);
  const rate = rates.every(faster);
  const play = plays.every((ratio) => ratio <= 0.85);
  return { rates, plays, rate, play, verdict: graded(lemma && rate && play, lemma && (rate || play)) };
}

/** Applies the rule of the paper's card. */
export function judge(judged: Judged): Verdict {
  const { lemmas, bandit, mdp, trap } = judged;
  const lemma = lemmasHold(lemmas);
  const { rates, plays, rate, play, verdict } = byArms(newArms, lemma, judged);
  const small = byArms(registeredArms, lemma, judged);
  const slopes = newArms.map((id, i) => `${armOf(id).label} ${text(rates[i].slope)}`).join(", ");
  const luoSlope = text(against(bandit, "luo").slope);
  const ratios = (of: readonly number[]): string => of.map((r) => r.toFixed(2)).join(" and ");
  const free = (study: ReadonlyMap<string, Ends>): number => against(study, "unprotected").ratio;
  const need = rates.every((c) => free(bandit) > c.ratio) || plays.every((ratio) => free(mdp) > ratio);
  const because = [
    `Lemmas ${lemma ? "hold" : "fail"} (${lemmas.violations} violations in ${lemmas.sequences} sequences; Hedge's regret ${lemmas.hedge.regret.toFixed(0)} over its bound ${lemmas.hedge.bound.toFixed(0)}).`,
    `Rates ${rate ? "hold" : "fail"}: slopes ${slopes}, Luo et al. ${luoSlope}; regret at the end ${ratios(rates.map((c) => c.ratio))} times theirs.`,
    `MDP ${play ? "holds" : "fails"}: regret ${ratios(plays)} times that of Luo et al.`,
    `With the registered log barrier of a hundredth of gamma (slope ${text(small.rates[0].slope)}, regret ${small.rates[0].ratio.toFixed(2)} times theirs in the bandit, ${small.plays[0].toFixed(2)} times in the MDP) rates ${small.rate ? "hold" : "fail"}, the MDP ${small.play ? "holds" : "fails"}, and the verdict would be ${small.verdict}.`,
    `Protection: unprotected Hedge has ${ratios([free(bandit)])} (bandit) and ${ratios([free(mdp)])} (MDP) times the regret of Luo et al.; in these a need for protection ${need ? "shows" : "does not show"}. In the trap its regret is ${most(trap, "unprotected")}, with magnitude-reduced estimates ${most(trap, "reduced")}; with a hundredth of gamma ${most(trap, "unprotected-small")}, and the log barrier's ${most(trap, "barrier-small")}.`,
  ].join(" ");
  return { verdict, because };
}

/** Mean and largest regret of an arm. */
function most(study: ReadonlyMap<string, Ends>, id: string): string {
  const regrets = endsOf(study, id).regrets.at(-1) ?? [];
  return `${mean(regrets).toFixed(0)} (at most ${Math.max(...regrets).toFixed(0)})`;
}

function lemmasHold({ violations, hedge, meanDistance, belowM, momentRatio }: LemmaResult): boolean {
  return (
    violations === 0 && hedge.regret > hedge.bound && meanDistance <= 4 && belowM === 0 && momentRatio <= 1
  );
}

function faster({ gain, gainInterval, ratio, ratioInterval }: Comparison): boolean {
  if (gain === null || gainInterval === null || ratioInterval === null) return false;
  return gain >= 0.05 && gainInterval[0] > 0 && ratio <= 0.8 && ratioInterval[1] < 1;
}

function endsOf(study: ReadonlyMap<string, Ends>, id: string): Ends {
  const found = study.get(id);
  if (found === undefined) throw new RangeError(`arms: expected results of ${id}, got none`);
  return found;
}

const text = (x: number | null): string => (x === null ? "none" : x.toFixed(2));
