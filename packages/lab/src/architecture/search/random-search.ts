import { checkNumber, type RandomSource, randomSource, rangeError } from "minimand/engine";

/** One candidate of a random search, judged. */
export interface Judged<Candidate> {
  candidate: Candidate;
  /** Larger is better. */
  score: number;
  /** What judging it cost, in the unit of the budget. */
  cost: number;
}

/**
 * Random search at a budget: draws candidates, judges each once, and stops before the budget would be passed by one more of
 * the same cost. At least one is judged. The baseline that any search has to beat at equal cost.
 *
 * @param options `sample` draws a candidate; `evaluate` judges it; `key` names a candidate, so that none is paid for twice;
 *   `budget` > 0 in the unit of the costs, e.g. gradient evaluations; `seed`
 * @returns the best candidate, and all in the order they were judged
 * @throws RangeError for a budget that isn't positive, scores that aren't finite, costs that aren't positive
 * @example
 * await randomSearch({ sample: (next) => genotypes[Math.floor(next() * genotypes.length)], key: (g) => genotypeName(g, 2), evaluate, budget: 800, seed: 1 })
 * @see Li, Talwalkar 2019, arXiv 1902.07638, section 3
 */
export async function randomSearch<Candidate>({
  sample,
  evaluate,
  key,
  budget,
  seed,
}: {
  sample(next: RandomSource): Candidate;
  evaluate(candidate: Candidate): Promise<{ score: number; cost: number }> | { score: number; cost: number };
  key(candidate: Candidate): string;
  budget: number;
  seed: number;
}): Promise<{ best: Judged<Candidate>; judged: Judged<Candidate>[] }> {
  checkNumber("budget", budget, { above: 0 });
  checkNumber("seed", seed, { integer: true });
  const next = randomSource(seed);
  const seen = new Set<string>();
  const judged: Judged<Candidate>[] = [];
  let spent = 0;
  // A space may be exhausted before the budget is.
  for (let draws = 0; draws < 1000; draws++) {
    const candidate = sample(next);
    if (seen.has(key(candidate))) continue;
    if (judged.length > 0 && spent + judged[judged.length - 1].cost > budget) break;
    seen.add(key(candidate));
    const { score, cost } = await evaluate(candidate);
    if (!Number.isFinite(score)) throw rangeError("score", "a finite number", score);
    checkNumber("cost", cost, { above: 0 });
    judged.push({ candidate, score, cost });
    spent += cost;
  }
  return { best: judged.reduce((a, b) => (b.score > a.score ? b : a)), judged };
}
