import { numpy as np } from "@jax-js/jax";
import { conservativeDpoLoss, dpoLoss, noiseAwareDpoLoss, robustDpoLoss } from "minimand/losses";
import { expect, it } from "vitest";
import { adversary, flips, losses, preferenceGradients, weightsAt } from "./preference-gradients.ts";

it("has weights that are slopes of the losses", async () => {
  const margins = [-6, -1, 0, 0.5, 4];
  const weights = await weightsAt(margins);
  const h = 0.25;
  const pairsAt = (shift: number) => ({
    policyChosen: np.array(margins.map((margin) => margin + shift - 10)),
    policyRejected: np.full([margins.length], -10),
    refChosen: np.full([margins.length], -10),
    refRejected: np.full([margins.length], -10),
  });
  const options = { beta: 0.5, epsilon: flips };
  const functions = {
    dpo: (shift: number) => dpoLoss(pairsAt(shift), { beta: 0.5 }),
    conservative: (shift: number) => conservativeDpoLoss(pairsAt(shift), options),
    robust: (shift: number) => robustDpoLoss(pairsAt(shift), options),
    "noise-aware": (shift: number) => noiseAwareDpoLoss(pairsAt(shift), options),
  };
  for (const loss of losses) {
    const [above, below] = [await functions[loss](h).data(), await functions[loss](-h).data()];
    margins.forEach((_, i) => {
      expect(weights[loss][i]).toBeCloseTo((below[i] - above[i]) / (2 * h * 0.5), 2);
    });
  }
});

it("finds all rankings equally likely before it has learnt", async () => {
  for (const { margin, ranking, labels } of await preferenceGradients({ steps: 0, sets: 5 })) {
    expect(ranking).toBeCloseTo(Math.log(720), 4);
    expect([margin, labels]).toEqual([0, 0]);
  }
});

it("agrees with all raters more than with the labels, and ranks best by the loss that knows of the noise", async () => {
  const rows = await preferenceGradients({ sets: 20, steps: 100 });
  for (const { labels, truth } of rows) {
    expect(labels).toBeGreaterThan(0.6);
    expect(truth).toBeGreaterThan(labels + 0.1);
  }
  const of = Object.fromEntries(rows.map((row) => [row.loss, row]));
  expect(of["noise-aware"].ranking).toBeLessThan(of.dpo.ranking);
  expect(of.dpo.ranking).toBeLessThan(of.conservative.ranking);
  expect(of.conservative.ranking).toBeLessThan(Math.log(720));
  // Its weights stay above 0 however large a margin is.
  expect(of.robust.margin).toBeGreaterThan(3 * of["noise-aware"].margin);
});

it("lowers the objective of RPO by a reward, and answers by the words that raters like", async () => {
  const { none, least, policy, means } = await adversary();
  expect(none).toBeCloseTo(Math.LN2, 6);
  expect(least).toBeLessThan(none - 0.01);
  expect(policy.reduce((a, b) => a + b)).toBeCloseTo(1, 9);
  const best = policy.indexOf(Math.max(...policy));
  expect(means[best]).toBe(Math.max(...means));
  // In a smaller ball rewards say less.
  const near = await adversary({ radius: 0.1 });
  expect(near.least).toBeGreaterThan(least);
  expect(Math.max(...near.policy)).toBeLessThan(Math.max(...policy));
});
