import { dpoLoss } from "minimand";
import { disposeTree, leavesOf, type Tree } from "minimand/engine";
import { beforeAll, describe, expect, it } from "vitest";
import { asyncLeakOf } from "../../../../../test/support/leaks.ts";
import { mean } from "../statistics.ts";
import { smallHost } from "../test-host.fixture.ts";
import { readSentimentCorpus, type SentimentCorpus, sentimentCorpusOf } from "./corpus.ts";
import { distinctPairs, judgedPairs, judgedSamples } from "./judge.ts";
import { hidden, lexiconReward, readLexicon } from "./lexicon.ts";
import { pretrained } from "./model.ts";
import { drawnPairs } from "./pairs.ts";
import { compared, completions } from "./texts.ts";
import { referenceOf, trainedPolicy } from "./train-policy.ts";

describe("a lexicon", () => {
  it("has the mean rating of each word, and an emoticon's tabs apart", () => {
    const lexicon = readLexicon("Good\t1.9\t0.94\t[2, 1]\n:-(\t-1.5\t0.5\t[-2]\n\n");
    expect([...lexicon]).toEqual([
      ["good", 1.9],
      [":-(", -1.5],
    ]);
  });

  it("rewards a text by the sum of its words, between -1 and 1", () => {
    const valences = [0, 0, 2, -3];
    expect(lexiconReward(valences, [0, 1, 0])).toBe(0);
    expect(lexiconReward(valences, [2, 2, 3, 0])).toBeCloseTo(1 / 4, 12);
    expect(lexiconReward(valences, [3, 1])).toBeCloseTo(-3 / Math.sqrt(24), 12);
  });

  it("with hidden words has so many without a valence, by a seed, and the others as they were", () => {
    const valences = [0, 0, ...Array.from({ length: 40 }, (_, i) => (i % 2 === 0 ? 1 : -2))];
    const proxy = hidden(valences, 0.5, 3);
    expect(proxy.filter((v, i) => v !== valences[i])).toEqual(Array(20).fill(0));
    expect(hidden(valences, 0.5, 3)).toEqual(proxy);
    expect(hidden(valences, 0.5, 4)).not.toEqual(proxy);
  });
});

describe("a corpus of windows", () => {
  const lexicon = new Map([
    ["good", 2],
    ["bad", -2],
    ["rare", 3],
  ]);
  const shape = { frequent: 3, sentiment: 2, prompt: 2, completion: 1, unknown: 1 };
  const lines = ["The the the a a a good good x", "a good bad", "Bad y z"];

  it("has the most frequent words, then those of the lexicon, and windows with few unknown ones", () => {
    const { words, valences, train } = readSentimentCorpus(lines.join("\n"), lexicon, shape);
    expect(words).toEqual(["<unk>", "<s>", "a", "the", "good", "bad"]);
    expect(valences).toEqual([0, 0, 0, 0, 2, -2]);
    expect(train).toEqual([
      [3, 3, 3],
      [2, 2, 2],
      [4, 4, 0],
      [2, 4, 5],
    ]);
  });

  it("gives whole documents to training, tuning and testing", () => {
    const text = Array.from({ length: 10 }, (_, i) => (i < 8 ? "a a a" : i === 8 ? "a a the" : "the a a"));
    const { train, tune, test } = readSentimentCorpus(text.join("\n\n"), lexicon, shape);
    expect([train.length, tune, test]).toEqual([8, [[2, 2, 3]], [[3, 2, 2]]]);
  });

  it("is asked of a host that has texts", async () => {
    const { text: _, ...without } = smallHost;
    await expect(sentimentCorpusOf(without)).rejects.toThrow("text: expected a host that has texts");
  });
});

describe("a language model of a corpus", () => {
  let corpus: SentimentCorpus;
  let start: Tree;
  let trained: Tree;
  const reward = (ids: readonly number[]) => lexiconReward(corpus.valences, ids);
  const promptsOf = (count: number) => corpus.train.slice(0, count).map((window) => window.slice(0, 3));

  beforeAll(async () => {
    corpus = await sentimentCorpusOf(smallHost);
    const before = await pretrained(corpus, { seed: 1, steps: 1 }, {});
    const after = await pretrained(corpus, { seed: 1, steps: 60 }, {});
    expect(after.loss).toBeLessThan(before.loss - 0.5);
    [start, trained] = [before.params, after.params];
  });

  it("is the same for the same seed", async () => {
    const again = await pretrained(corpus, { seed: 1, steps: 1 }, {});
    const numbers = (tree: Tree) => leavesOf(tree).map((leaf) => leaf.ref.js());
    expect(numbers(again.params)).toEqual(numbers(start));
    disposeTree(again.params);
  });

  it("completes prompts by known words, the same ones for the same seed, whatever the other prompts are", async () => {
    const drawing = { prompts: promptsOf(30), temperature: 1, seed: 5 };
    const drawn = await completions(corpus, trained, drawing, {});
    expect(drawn.map((ids) => ids.length)).toEqual(Array(30).fill(8));
    expect(drawn.flat().filter((id) => id < 2)).toEqual([]);
    const fewer = await completions(corpus, trained, { ...drawing, prompts: promptsOf(4) }, {});
    expect(fewer).toEqual(drawn.slice(0, 4));
    expect(await completions(corpus, trained, { ...drawing, seed: 6 }, {})).not.toEqual(drawn);
  });

  it("diverges from a reference by as much as its log-ratios say", async () => {
    const drawing = { prompts: Array(250).fill(promptsOf(1)[0]), temperature: 1, seed: 7 };
    const drawn = await completions(corpus, trained, drawing, {});
    const texts = drawn.map((ids) => [...promptsOf(1)[0], ...ids]);
    const { policy, reference, divergence } = await compared(
      corpus,
      { policy: trained, reference: start },
      texts,
      {},
    );
    const ratios = policy.map((logp, i) => logp - reference[i]);
    const error = Math.sqrt(mean(ratios.map((r) => (r - mean(ratios)) ** 2)) / ratios.length);
    expect(Math.abs(mean(ratios) - mean(divergence))).toBeLessThan(4 * error);
    expect(mean(divergence)).toBeGreaterThan(1);
    const same = await compared(corpus, { policy: trained, reference: trained }, texts.slice(0, 3), {});
    expect(same.policy).toEqual(same.reference);
    for (const d of same.divergence) expect(d).toBeCloseTo(0, 6);
  });

  it("draws pairs whose first completion has the larger reward, and is judged by them and by its own texts", async () => {
    const pairs = await drawnPairs(corpus, trained, { from: "train", count: 50, reward, seed: 2 }, {});
    expect(pairs).toHaveLength(50);
    for (const { chosen, rejected } of pairs) expect(reward(chosen)).toBeGreaterThan(reward(rejected));
    const policies = { policy: trained, reference: start };
    const { accuracy, chosenLogRatio, margin } = await judgedPairs(corpus, policies, pairs, {});
    // The trained model likes what it said itself.
    expect(chosenLogRatio).toBeGreaterThan(1);
    expect(Math.abs(margin)).toBeLessThan(chosenLogRatio);
    expect(accuracy).toBeGreaterThan(0.2);
    const judging = { prompts: promptsOf(100), rewards: { reward }, temperature: 1, seed: 3 };
    const judged = await judgedSamples(corpus, policies, judging, {});
    expect(judged.kl).toBeGreaterThan(1);
    expect(Math.abs(judged.rewards.reward)).toBeLessThan(1);
    const cold = await judgedSamples(corpus, policies, { ...judging, temperature: 0.1 }, {});
    expect([cold.kl, cold.perplexity]).toEqual([null, null]);
    const own = await judgedSamples(corpus, { policy: trained, reference: trained }, judging, {});
    expect(own.perplexity).toBeGreaterThan(1);
    // A model that has learned nothing yet is surprised more, by about as much as words there are.
    expect(judged.perplexity).toBeGreaterThan(1.1 * own.perplexity!);
    expect(Math.abs(Math.log(judged.perplexity! / corpus.words.length))).toBeLessThan(0.2);
    expect(cold.distinct2).toBeLessThan(judged.distinct2);
  });

  it("refuses a reward that sees no difference", async () => {
    const drawing = { from: "test", count: 4, reward: () => 0, seed: 2 } as const;
    await expect(drawnPairs(corpus, trained, drawing, {})).rejects.toThrow(/^reward: expected few ties/);
  });

  it("learns from pairs, is looked at on the way, and leaves its start as it was", async () => {
    const pairs = await drawnPairs(corpus, start, { from: "train", count: 60, reward, seed: 4 }, {});
    const reference = await referenceOf(corpus, start, pairs, {});
    const seen: [number, number][] = [];
    const policy = await trainedPolicy(
      corpus,
      {
        start,
        pairs,
        reference,
        rate: 1e-2,
        steps: 20,
        seed: 1,
        checkpoints: [10, 20],
        loss: (pair, { weights }) => dpoLoss(pair, { weights }),
        look: async (policy, steps) => {
          const judged = await judgedPairs(corpus, { policy, reference: start }, pairs, {});
          seen.push([steps, judged.margin]);
        },
      },
      {},
    );
    expect(seen.map(([steps]) => steps)).toEqual([10, 20]);
    expect(seen[0][1]).toBeGreaterThan(0.5);
    expect(seen[1][1]).toBeGreaterThan(seen[0][1]);
    expect((await referenceOf(corpus, start, pairs, {})).chosen).toEqual(reference.chosen);
    disposeTree(policy);
  });

  it("leaves no array alive", async () => {
    const leak = await asyncLeakOf(async () => {
      const { params } = await pretrained(corpus, { seed: 1, steps: 3 }, {});
      const judging = { prompts: promptsOf(10), rewards: { reward }, temperature: 1, seed: 3 };
      await judgedSamples(corpus, { policy: params, reference: start }, judging, {});
      disposeTree(params);
    });
    expect(leak).toBe(0);
  });
});

describe("distinct pairs of words", () => {
  it("are a share of all of them", () => {
    expect(
      distinctPairs([
        [1, 2, 1, 2],
        [1, 2],
      ]),
    ).toBe(0.5);
  });
});
