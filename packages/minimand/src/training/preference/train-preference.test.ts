import { numpy as np } from "@jax-js/jax";
import { neuralNgram } from "@minimand/lab/language";
import { logLinearPreference } from "@minimand/lab/solvers";
import {
  adam,
  conservativeDpoLoss,
  disposeState,
  dpoLoss,
  loadState,
  type PolicyLogpsOf,
  type PreferenceExamples,
  type ReferenceLogps,
  responsePairs,
  robustDpoLoss,
  rpoLoss,
  saveState,
  sequencePolicy,
  sgd,
  train,
  trainPreference,
} from "minimand";
import { disposeTree, keyOf, logSoftmax, randomSource, refTree, type Tree } from "minimand/engine";
import { bcoPairLoss, implicitRewards, type RunningMean, runningMean } from "minimand/losses";
import { type PreferenceLoss, preferenceTraining, referenceLogps } from "minimand/training";
import { describe, expect, it } from "vitest";
import { asyncLeakOf } from "../../../../../test/support/leaks.ts";
import { refuseUnknownOptions } from "../../../../../test/support/unknown-options.ts";
import { numbers } from "../../losses/numbers.fixture.ts";

const next = randomSource(4);
/** Sixty pairs of actions in a log-linear policy over five actions of three features. */
const [actions, d, count] = [5, 3, 60];
const features = Array.from({ length: actions }, () => Array.from({ length: d }, () => 2 * next() - 1));
const pairs = Array.from({ length: count }, () => {
  const w = Math.floor(next() * actions);
  return [w, (w + 1 + Math.floor(next() * (actions - 1))) % actions];
});
const examples: PreferenceExamples = { x: Int32Array.from(pairs.flat()), shape: [2], vocabulary: actions };
const logLinear: PolicyLogpsOf = (params, x, y) => {
  y.dispose();
  const { theta } = params as { theta: np.Array };
  const logp = logSoftmax(np.matmul(np.array(features), theta.reshape([d, 1])).reshape([1, actions]));
  const of = (k: number): np.Array => {
    const isAction = x.ref
      .slice([], k)
      .reshape([-1, 1])
      .equal(np.arange(actions).astype(np.int32).reshape([1, actions]));
    return np.where(isAction, logp.ref, 0).sum(-1);
  };
  const both = { chosen: of(0), rejected: of(1) };
  logp.dispose();
  x.dispose();
  return both;
};
const start = () => ({ theta: np.array([0.3, -0.2, 0.1]) });
const dpo: PreferenceLoss = (p, { weights }) => dpoLoss(p, { weights, beta: 1 });
const thetaOf = (params: Tree) => numbers((params as { theta: np.Array }).theta.ref);

describe("training on preferences", () => {
  it("comes to the minimum that the solver finds, of a log-linear policy", async () => {
    const params = start();
    const { params: trained } = await trainPreference({
      logps: logLinear,
      params,
      examples,
      loss: dpo,
      optimizer: sgd(1),
      size: count,
      steps: 400,
      seed: 1,
    });
    const { theta } = logLinearPreference({
      differences: pairs.map(([w, l]) => features[w].map((v, j) => v - features[l][j])),
      loss: "dpo",
      reference: numbers(params.theta.ref),
    });
    for (const [j, v] of thetaOf(trained).entries()) expect(Math.abs(v - theta[j])).toBeLessThan(2e-3);
    expect(params.theta.refCount).toBe(1);
    params.theta.dispose();
  });

  it("gives the same numbers for the same seed, and for losses that are the same without flips", async () => {
    const run = async (loss: PreferenceLoss, seed = 3) => {
      const params = start();
      const { params: trained } = await trainPreference({
        logps: logLinear,
        params,
        examples,
        loss,
        optimizer: adam(0.1),
        size: 7,
        steps: 20,
        seed,
      });
      const theta = thetaOf(trained);
      disposeTree([params, trained]);
      return theta;
    };
    const plain = await run(dpo);
    expect(await run(dpo)).toEqual(plain);
    expect(await run(dpo, 4)).not.toEqual(plain);
    expect(await run((p, { weights }) => robustDpoLoss(p, { weights, beta: 1, epsilon: 0 }))).toEqual(plain);
    expect(await run((p, { weights }) => conservativeDpoLoss(p, { weights, beta: 1, epsilon: 0 }))).toEqual(
      plain,
    );
  });

  it("computes the reference once, or takes what was stored", async () => {
    const params = start();
    const options = { logps: logLinear, params, examples, loss: dpo, optimizer: sgd(0.5), steps: 5, seed: 1 };
    const stored = await referenceLogps({ logps: logLinear, params, examples, size: 7 });
    const [fresh, given] = [
      await trainPreference(options),
      await trainPreference({ ...options, reference: stored }),
    ];
    expect(given.reference).toBe(stored);
    for (const name of ["chosen", "rejected"] as const)
      for (const [i, v] of stored[name].entries()) expect(fresh.reference[name][i]).toBeCloseTo(v, 5);
    const [a, b] = [fresh, given].map(({ params }) => thetaOf(params));
    for (const [i, v] of a.entries()) expect(b[i]).toBeCloseTo(v, 5);
    // Another policy as the reference is another problem.
    const away = { chosen: stored.chosen.map((v) => v - 1), rejected: stored.rejected };
    const moved = await trainPreference({ ...options, reference: away });
    expect(Math.abs(thetaOf(moved.params)[0] - b[0])).toBeGreaterThan(1e-3);
    disposeTree([fresh.params, given.params, moved.params, params]);
  });

  it("has hyperparameters as inputs, and tells of each step", async () => {
    const params = start();
    const seen: { [name: string]: number }[] = [];
    const { params: trained } = await trainPreference({
      logps: logLinear,
      params,
      examples,
      size: 16,
      steps: 6,
      seed: 1,
      hyper: { learningRate: 0.5, beta: 2 },
      loss: (p, { weights, hyper }) => dpoLoss(p, { weights, beta: hyper.beta }),
      optimizer: ({ learningRate }) => sgd(learningRate),
      onMetrics: (metrics) => void seen.push(metrics),
    });
    expect(seen.length).toBe(6);
    expect(Object.keys(seen[0]).toSorted()).toEqual(["accuracy", "chosenLogRatio", "loss", "margin"]);
    expect(seen[0].loss).toBeCloseTo(Math.LN2, 5);
    expect(seen[0].margin).toBeCloseTo(0, 5);
    expect(seen[5].margin).toBeGreaterThan(0);
    disposeTree([params, trained]);
  });

  it("goes on from a saved state and a stored reference, bit for bit as without the interruption", async () => {
    const params = start();
    const parts = (reference?: ReferenceLogps) =>
      preferenceTraining({
        logps: logLinear,
        params,
        examples,
        loss: dpo,
        optimizer: adam(0.1),
        size: 7,
        seed: 3,
        ...(reference && { reference }),
      });
    const first = await parts();
    const { step, data } = first;
    const whole = await train({ step, data, state: step.init(keyOf(3)), epochs: 4 });
    const cut = await train({ step, data, state: step.init(keyOf(3)), epochs: 2 });
    const bytes = await saveState(step, cut.state);
    step.dispose();

    const again = await parts(structuredClone(first.reference));
    const last = await train({
      step: again.step,
      data: again.data,
      state: loadState(again.step, bytes),
      epochs: 4,
      history: cut.history,
    });
    expect(last.history).toEqual(whole.history);
    const theta = thetaOf(whole.state.params);
    expect(thetaOf(last.state.params)).toEqual(theta);
    again.step.dispose();
    for (const { state } of [whole, cut, last]) disposeState(state);

    const { params: trained } = await trainPreference({
      logps: logLinear,
      params,
      examples,
      loss: dpo,
      optimizer: adam(0.1),
      size: 7,
      seed: 3,
      steps: 4 * Math.ceil(count / 7),
    });
    expect(thetaOf(trained)).toEqual(theta);
    disposeTree([params, trained]);
  });

  it("hands on what a loss carries: the running mean of rewards", async () => {
    const params = start();
    const zero = () => ({ mean: np.array(0), count: np.array(0) });
    const options = { logps: logLinear, params, examples, size: 16, steps: 4, seed: 1 };
    const bco: PreferenceLoss = (p, { weights, state }) => {
      const rewards = implicitRewards(refTree({ ...p }) as never, { beta: 1 });
      const { chosen, rejected, margin, accuracy } = rewards;
      disposeTree([margin, accuracy]);
      const both = np.concatenate([weights.ref, weights.ref]);
      const next = runningMean(state as RunningMean, np.concatenate([chosen, rejected]), both);
      return [bcoPairLoss(p, { weights, beta: 1, delta: next.mean.ref }), next];
    };
    const lossState = zero();
    const { params: trained, lossState: last } = await trainPreference({
      ...options,
      loss: bco,
      lossState,
      optimizer: sgd(0.3),
    });
    const { mean, count: counted } = last as RunningMean;
    expect([counted.item(), Number.isFinite(mean.ref.item())]).toEqual([2 * count, true]);
    expect(Math.abs(mean.item())).toBeGreaterThan(1e-4);
    await expect(trainPreference({ ...options, loss: dpo, lossState, optimizer: sgd(0.3) })).rejects.toThrow(
      /^loss: expected values and the next state, \[values, state\]/,
    );
    disposeTree([params, trained, lossState]);
  });

  it("leaves no array alive", async () => {
    const params = start();
    const leak = await asyncLeakOf(async () => {
      const { params: trained } = await trainPreference({
        logps: logLinear,
        params,
        examples,
        loss: dpo,
        optimizer: adam(0.1),
        size: 7,
        steps: 3,
        seed: 1,
      });
      disposeTree(trained);
    });
    expect(leak).toBe(0);
    expect(params.theta.refCount).toBe(1);
    params.theta.dispose();
  });

  it("is refused for what are no examples", async () => {
    const params = start();
    const run = (change: object) => () =>
      trainPreference({
        logps: logLinear,
        params,
        examples,
        loss: dpo,
        optimizer: sgd(1),
        steps: 1,
        seed: 1,
        ...change,
      });
    await expect(run({ examples: { ...examples, shape: [7] } })).rejects.toThrow(
      /^examples\.x: expected rows of shape/,
    );
    await expect(run({ examples: { ...examples, y: new Float32Array(3) } })).rejects.toThrow(/^examples\.y/);
    await expect(run({ examples: { ...examples, vocabulary: 2 } })).rejects.toThrow(/ids from 0 to 1/);
    await expect(run({ steps: 0 })).rejects.toThrow(/^steps/);
    await expect(run({ logps: 3 })).rejects.toThrow(/^logps: expected a function/);
    await expect(run({ loss: 3 })).rejects.toThrow(/^loss: expected a function/);
    const reference = { chosen: new Float32Array(count).fill(0.5), rejected: new Float32Array(count) };
    await expect(run({ reference })).rejects.toThrow(/^reference\.chosen\[0\]: .*got 0\.5$/);
    const short = { chosen: new Float32Array(3), rejected: new Float32Array(3) };
    await expect(run({ reference: short })).rejects.toThrow(
      /^reference\.chosen: expected 60 log-probabilities/,
    );
    const above: PolicyLogpsOf = (p, x, y) => {
      const { chosen, rejected } = logLinear(p, x, y);
      return { chosen: chosen.neg(), rejected };
    };
    await expect(run({ logps: above })).rejects.toThrow(
      /^reference\.chosen\[0\]: expected a finite number <= /,
    );
    params.theta.dispose();
  });
});

describe("a language model as a policy", () => {
  const words = Array.from({ length: 40 }, (_, i) => ({
    prompt: [1, 2 + (i % 3)],
    chosen: [5, 6 + (i % 2)].slice(0, 1 + (i % 2)),
    rejected: [8, 9, 5 + (i % 4)],
  }));
  const model = neuralNgram({ vocabulary: 10, context: 3, size: 8, hidden: 16 });
  const { params, state } = model.init(keyOf(2));

  it("has the log-probabilities of the responses alone", async () => {
    const { chosen, rejected } = await referenceLogps({
      logps: sequencePolicy(model, state),
      params,
      examples: responsePairs(words, { length: 8, vocabulary: 10 }),
      size: 16,
    });
    const logp = ({ prompt, chosen: response }: (typeof words)[number]): number => {
      const text = [...prompt, ...response];
      const x = np.array(Int32Array.from(text), { shape: [1, text.length] });
      const uses = { params: refTree(params), state: refTree(state) };
      const all = numbers(logSoftmax(model.apply(uses, x, { training: false })[0]));
      return response.reduce((sum, token, i) => sum + all[(prompt.length + i - 1) * 10 + token], 0);
    };
    for (const [i, pair] of words.entries()) {
      expect(chosen[i]).toBeCloseTo(logp(pair), 4);
      expect(rejected[i]).toBeCloseTo(logp({ ...pair, chosen: pair.rejected }), 4);
    }
  });

  it("learns to prefer, and keeps the chosen responses likely with RPO where DPO lets them fall", async () => {
    const examples = responsePairs(words);
    const run = async (loss: PreferenceLoss) => {
      let last = { accuracy: 0, chosenLogRatio: 0 } as { [name: string]: number };
      const { params: trained } = await trainPreference({
        logps: sequencePolicy(model, state),
        params,
        examples,
        loss,
        optimizer: adam(0.01),
        size: 8,
        steps: 40,
        seed: 1,
        onMetrics: (metrics) => {
          last = metrics;
        },
      });
      disposeTree(trained);
      return last;
    };
    const plain = await run((p, { weights }) => dpoLoss(p, { weights }));
    const held = await run((p, { weights }) => rpoLoss(p, { weights, eta: 1 }));
    expect([plain.accuracy, held.accuracy]).toEqual([1, 1]);
    expect(held.chosenLogRatio).toBeGreaterThan(plain.chosenLogRatio + 0.1);
    // Lengths come along for losses that divide by them.
    const normed = await run((p, { weights }) => rpoLoss(p, { weights, sft: "token-mean", nllWeight: 0.5 }));
    expect(normed.accuracy).toBe(1);
  });

  it("refuses empty responses and texts that are longer than the model", () => {
    const pair = { prompt: [1, 2], chosen: [3], rejected: [4, 5] };
    const of =
      (change: object, options = {}) =>
      () =>
        responsePairs([pair, { ...pair, ...change }], options);
    expect(of({ rejected: [] })).toThrow(
      /^pairs\[1\]\.rejected: expected at least one token, got an array of length 0$/,
    );
    expect(of({ prompt: [] })).toThrow(/^pairs\[1\]\.prompt: expected at least one token/);
    expect(of({ chosen: "no" })).toThrow(/^pairs\[1\]\.chosen: expected a list of token ids/);
    expect(of({ prompt: [1, 2, 3] }, { length: 4 })).toThrow(
      /^pairs\[1\]: expected at most 4 tokens, which the model takes, got 5$/,
    );
    expect(of({ chosen: [3, -1] })).toThrow(/^pairs\[1\]\.chosen: expected token ids from 0 on, got -1$/);
    expect(of({ chosen: [1.5] })).toThrow(/^pairs\[1\]\.chosen: expected token ids from 0 on, got 1\.5$/);
    expect(of({ rejected: [6] }, { vocabulary: 6 })).toThrow(
      /^pairs\[1\]\.rejected: expected token ids from 0 to 5, got 6$/,
    );
    expect(() => responsePairs([])).toThrow(/^pairs: expected a list of pairs/);
  });

  it("refuses ids that the model doesn't know, before it trains", async () => {
    const examples = responsePairs([{ prompt: [1], chosen: [10], rejected: [4] }]);
    const loss: PreferenceLoss = (p, { weights }) => dpoLoss(p, { weights });
    const options = {
      logps: sequencePolicy(model, state),
      params,
      examples,
      loss,
      optimizer: sgd(1),
      steps: 1,
    };
    const message = /expected ids from 0 to 9, got 10$/;
    await expect(trainPreference({ ...options, seed: 1 })).rejects.toThrow(message);
    const reference = { chosen: Float32Array.of(-1), rejected: Float32Array.of(-1) };
    await expect(trainPreference({ ...options, seed: 1, reference })).rejects.toThrow(message);
  });

  refuseUnknownOptions({
    responsePairs: (options) => responsePairs(words, options),
    preferenceTraining,
    referenceLogps,
    trainPreference,
  });
});
