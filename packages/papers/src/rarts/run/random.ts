import { randomSearch } from "@minimand/lab/architecture";
import { derive, keyOf } from "minimand/engine";
import { part } from "../../kit/part.ts";
import { discard } from "../../kit/train-network.ts";
import type { TrialHost } from "../../reproduction.ts";
import { drawn, splitDigits } from "./data.ts";
import { discrete, retrained } from "./retraining.ts";
import { candidate, type SpaceName, spaces } from "./settings.ts";
import { cellsOf, nameOf } from "./spaces.ts";
import { accuracyAt } from "./training.ts";

/** A random search at the budget of second-order DARTS. */
export interface RandomSpec {
  part: "random";
  space: SpaceName;
  seed: number;
  /** As that of a search by gradients. */
  judge: "table" | "test";
  fraction: number;
}
export interface RandomResult {
  part: "random";
  cell: string;
  judged: number;
  gradients: number;
  seconds: number;
  retrained: number | null;
}

/** Random search with as many gradients as second-order DARTS has: each cell is trained on one half and judged on the other. */
export async function randomTrial(spec: RandomSpec, host: TrialHost): Promise<RandomResult> {
  const { space, seed } = spec;
  const split = await splitDigits(host, seed);
  const cells = cellsOf(space);
  const count = part(candidate.steps, spec.fraction, 10);
  const started = performance.now();
  const { best, judged } = await randomSearch({
    sample: (next) => cells[Math.floor(next() * cells.length)],
    key: (genotype) => nameOf(space, genotype),
    budget: 5 * part(spaces[space].steps, spec.fraction, 3),
    seed: derive(seed, 79),
    async evaluate(genotype) {
      const { step, predict } = discrete(space, genotype, host.compile);
      let state = step.init(keyOf(seed, 80), { hyper: { learningRate: candidate.learningRate } });
      const none = new Int32Array(0);
      for (const batch of drawn(split.train, candidate.batch, count, derive(seed, 81))) {
        const [next, metrics] = step.update(state, { ...batch, ids: none, rows: candidate.batch });
        state = next;
        await metrics.loss.data();
      }
      const score = await accuracyAt(predict, state.params, split.val);
      discard(state);
      return { score, cost: count };
    },
  });
  const seconds = (performance.now() - started) / 1000;
  const { judge } = spec;
  return {
    part: "random",
    cell: nameOf(space, best.candidate),
    judged: judged.length,
    gradients: judged.reduce((sum, { cost }) => sum + cost, 0),
    seconds,
    retrained:
      judge === "table" ? null : await retrained(space, best.candidate, split, { ...spec, judge }, host),
  };
}
