import type { Reproduction } from "@minimand/papers";

/** Squares of whole numbers, as a claim: their sum is what the formula says. */
export const squares: Reproduction<unknown, unknown> = {
  card: {
    slug: "squares",
    title: "On squares",
    authors: 1,
    arxiv: "0000.00000",
    date: "2000-01",
    claim: "The sum of the first n squares is n (n + 1) (2 n + 1) / 6.",
    rule: "Reproduced if it is.",
    ruleLog: [],
    pieces: [],
    data: [],
  },
  tuningSeeds: [],
  async trial(spec) {
    return Number(spec) ** 2;
  },
  async *run(host) {
    const n = host.seeds ?? 5;
    const specs = Array.from({ length: n }, (_, i) => i + 1);
    let sum = 0;
    let done = 0;
    yield { done: 0, total: 0, message: "a word before the first trial" };
    for await (const { index, result } of host.trials(specs)) {
      if (result !== specs[index] ** 2) throw new Error(`trial ${index}: got ${result}`);
      sum += Number(result);
      yield { done: ++done, total: n, message: `${index}` };
    }
    const verdict = sum === (n * (n + 1) * (2 * n + 1)) / 6 ? "reproduced" : "not reproduced";
    return { rows: [{ sum }], series: [], verdict, because: `${sum}` };
  },

  async *tune(host) {
    for await (const { index } of host.trials([0, 1]))
      yield { done: index + 1, total: 2, message: `exponent ${index + 1}` };
    return { rows: [{ exponent: 2 }], choices: { sum: { exponent: 2 } } };
  },
};
