import type { ReproductionReport } from "../reproduction.ts";
import type { LemmaResult } from "./lemmas.ts";
import { armOf, newArms } from "./settings.ts";
import { bootstrap, logSlope, mean } from "./statistics.ts";

/** Regrets at the end of runs, `[number of episodes][seed]`, and the numbers of episodes. */
export interface Ends {
  episodes: readonly number[];
  regrets: readonly (readonly number[])[];
}

/** What is judged: the predecessor's and the new algorithms' regrets by arm. */
export interface Judged {
  lemmas: LemmaResult;
  bandit: ReadonlyMap<string, Ends>;
  mdp: ReadonlyMap<string, Ends>;
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
  const slopeOf = (ends: Ends, drawn: readonly number[]) => logSlope(ends.episodes, means(ends, drawn));
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

/** The rule of the paper's card. */
export function judge({ lemmas, bandit, mdp }: Judged): Pick<ReproductionReport, "verdict" | "because"> {
  const lemma = lemmasHold(lemmas);
  const against = (study: ReadonlyMap<string, Ends>, id: string): Comparison =>
    compareEnds(endsOf(study, id), endsOf(study, "luo"));
  const rates = newArms.map((id) => against(bandit, id));
  const rate = rates.every(faster);
  const plays = newArms.map((id) => against(mdp, id).ratio);
  const play = plays.every((ratio) => ratio <= 0.85);
  const verdict =
    lemma && rate && play ? "reproduced" : lemma && (rate || play) ? "partly reproduced" : "not reproduced";
  const slopes = newArms.map((id, i) => `${armOf(id).label} ${text(rates[i].slope)}`).join(", ");
  const luoSlope = text(compareEnds(endsOf(bandit, "luo"), endsOf(bandit, "luo")).slope);
  const ratios = (of: readonly number[]): string => of.map((r) => r.toFixed(2)).join(" and ");
  const because = [
    `Lemmas ${lemma ? "hold" : "fail"} (${lemmas.violations} violations in ${lemmas.sequences} sequences; Hedge's regret ${lemmas.hedge.regret.toFixed(0)} over its bound ${lemmas.hedge.bound.toFixed(0)}).`,
    `Rates ${rate ? "hold" : "fail"}: slopes ${slopes}, Luo et al. ${luoSlope}; regret at the end ${ratios(rates.map((c) => c.ratio))} times theirs.`,
    `MDP ${play ? "holds" : "fails"}: regret ${ratios(plays)} times that of Luo et al.`,
    `Protection: unprotected Hedge has ${ratios([against(bandit, "unprotected").ratio])} (bandit) and ${ratios([against(mdp, "unprotected").ratio])} (MDP) times their regret, so that a need for it ${
      needed(against(bandit, "unprotected").ratio, rates) ||
      needed(
        against(mdp, "unprotected").ratio,
        plays.map((ratio) => ({ ratio })),
      )
        ? "shows"
        : "does not show"
    }.`,
  ].join(" ");
  return { verdict, because };
}

/** Whether Hedge without protection does worse than both protected algorithms. */
function needed(unprotected: number, protectedOnes: readonly { ratio: number }[]): boolean {
  return protectedOnes.every(({ ratio }) => unprotected > ratio);
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
