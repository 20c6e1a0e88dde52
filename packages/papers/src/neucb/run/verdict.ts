import { graded, type Verdict, word } from "../../kit/evidence.ts";
import { difference, mean } from "../../kit/statistics.ts";

/** Final regrets on one counted task: for each arm one per seed, in the same order. */
export interface Evidence {
  task: string;
  fast: readonly number[];
  square: readonly number[];
  /** The epsilon-greedy ones. */
  greedy: readonly Rival[];
  /** All that the paper compares with, those among them. */
  rivals: readonly Rival[];
  /** Our variants of these, whose networks predict costs. */
  variants: readonly Rival[];
}
interface Rival {
  label: string;
  regrets: readonly number[];
}

const n = (value: number): string => value.toFixed(0);

/** Whether NeuFastCB is ahead of the best of some by two standard errors, and in words; one seed has no error. */
function leadOver(fast: readonly number[], others: readonly Rival[]): { ahead: boolean; text: string } {
  const best = others.reduce((a, b) => (mean(b.regrets) < mean(a.regrets) ? b : a));
  const gap = difference(fast, best.regrets);
  const signed = `${gap.mean < 0 ? "-" : "+"}${n(Math.abs(gap.mean))}`;
  return {
    ahead: gap.n > 1 && gap.mean < -2 * gap.error,
    text: `${best.label} with ${n(mean(best.regrets))}: ${signed} ${gap.n > 1 ? `+- ${n(gap.error)}` : "(one seed, no error)"}`,
  };
}

function findingOn({ task, fast, square, greedy, rivals, variants }: Evidence) {
  const leastGreedy = Math.min(...greedy.map(({ regrets }) => mean(regrets)));
  const order = mean(fast) <= mean(square) && mean(square) < leastGreedy;
  const lead = leadOver(fast, rivals);
  const overAll = leadOver(fast, [...rivals, ...variants]);
  const text = `${task}: NeuFastCB ${n(mean(fast))}, NeuSquareCB ${n(mean(square))}, better epsilon-greedy ${n(leastGreedy)} ((i) ${word(order)}); NeuFastCB minus the best of the paper's rivals, ${lead.text} ((ii) ${word(lead.ahead)}); minus the best with our variants that predict costs, ${overAll.text}.`;
  return { order, ahead: lead.ahead, overAll: overAll.ahead, text };
}

/** The rule of the paper's card; and what the first rule, which counted our variants among the rivals, comes to. */
export function judge(evidence: readonly Evidence[]): Verdict {
  const found = evidence.map(findingOn);
  const verdictBy = (ahead: (of: (typeof found)[number]) => boolean): Verdict["verdict"] => {
    const both = found.filter((of) => of.order && ahead(of)).length;
    const some = found.length > 0;
    return graded(some && both === found.length, both > 0 || (some && found.every(ahead)));
  };
  return {
    verdict: verdictBy(({ ahead }) => ahead),
    because: `${found.map(({ text }) => text).join(" ")} By the first rule, with our variants among the rivals: ${verdictBy(({ overAll }) => overAll)}.`,
  };
}
