import { graded, type Verdict, word } from "../kit/evidence.ts";
import { difference, mean } from "../kit/statistics.ts";

/** Final regrets on one counted task: for each arm one a seed, in the same order. */
export interface Evidence {
  task: string;
  fast: readonly number[];
  square: readonly number[];
  /** The epsilon-greedy ones. */
  greedy: readonly { label: string; regrets: readonly number[] }[];
  /** All baselines, those among them. */
  baselines: readonly { label: string; regrets: readonly number[] }[];
}

interface Finding {
  order: boolean;
  ahead: boolean;
  text: string;
}

function findingOn({ task, fast, square, greedy, baselines }: Evidence): Finding {
  const best = baselines.reduce((a, b) => (mean(b.regrets) < mean(a.regrets) ? b : a));
  const leastGreedy = Math.min(...greedy.map(({ regrets }) => mean(regrets)));
  const gap = difference(fast, best.regrets);
  const order = mean(fast) <= mean(square) && mean(square) < leastGreedy;
  const ahead = gap.mean < -2 * gap.error;
  const n = (value: number): string => value.toFixed(0);
  const signed = `${gap.mean < 0 ? "-" : "+"}${n(Math.abs(gap.mean))}`;
  const text = `${task}: NeuFastCB ${n(mean(fast))}, NeuSquareCB ${n(mean(square))}, better epsilon-greedy ${n(leastGreedy)} ((i) ${word(order)}); NeuFastCB minus the best baseline, ${best.label} with ${n(mean(best.regrets))}: ${signed} +- ${n(gap.error)} ((ii) ${word(ahead)}).`;
  return { order, ahead, text };
}

/** The rule of the paper's card. */
export function judge(evidence: readonly Evidence[]): Verdict {
  const found = evidence.map(findingOn);
  const because = found.map(({ text }) => text).join(" ");
  const both = found.filter(({ order, ahead }) => order && ahead).length;
  const all = found.length > 0 && both === found.length;
  return {
    verdict: graded(all, both > 0 || (found.length > 0 && found.every(({ ahead }) => ahead))),
    because,
  };
}
