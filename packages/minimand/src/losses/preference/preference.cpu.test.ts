import { numpy as np } from "@jax-js/jax";
import { describe, expect, it } from "vitest";
import { compiledValueAndGrad } from "../../engine/differentiate.ts";
import { normalCdf } from "../../engine/normal.ts";
import { randomSource } from "../../engine/random.ts";
import {
  conservativeDpoLoss,
  denoise,
  dpoLoss,
  exoPairLoss,
  hingePreferenceLoss,
  ipoLoss,
  noiseAwareDpoLoss,
  type PairLogps,
  pairGradientWeights,
  plackettLuceNll,
  probitPreferenceLoss,
  robustDpoLoss,
  robustify,
  rpoLoss,
  sftLoss,
  swapPairs,
} from "./index.ts";

// Float64 on the exact device: the identities of the papers hold to the last digits.
const array = (x: readonly number[]) => np.array(Float64Array.from(x));
const valuesOf = (x: np.Array) => [...x.dataSync()] as number[];
const close = (actual: readonly number[], expected: readonly number[], tolerance = 1e-12) => {
  expect(actual.length).toBe(expected.length);
  actual.forEach((v, i) => {
    expect(Math.abs(v - expected[i]), `${v} and ${expected[i]}`).toBeLessThanOrEqual(
      tolerance * (1 + Math.abs(expected[i])),
    );
  });
};

/** Pairs of those margins; every one lies at a reference of -50. */
const withMargins = (h: readonly number[]): PairLogps => ({
  policyChosen: array(h.map((v) => -50 + v / 2)),
  policyRejected: array(h.map((v) => -50 - v / 2)),
  refChosen: array(h.map(() => -50)),
  refRejected: array(h.map(() => -50)),
});
const margins = [-40, -7, -1, -0.1, 0, 0.3, 2, 9, 41];
const shares = [0, 0.1, 0.25, 0.4, 0.49];

type OfFlips = (pairs: PairLogps, options: { beta?: number; epsilon: number }) => np.Array;
const curve = (loss: (pairs: PairLogps) => np.Array, h: readonly number[] = margins): number[] =>
  valuesOf(loss(withMargins(h)));
/** Derivatives in the margin: those of the chosen log-probability. */
const slopes = (loss: (pairs: PairLogps) => np.Array, h: readonly number[] = margins): number[] => {
  const { policyChosen, ...others } = withMargins(h);
  const run = compiledValueAndGrad((x: np.Array, rest: Omit<PairLogps, "policyChosen">) =>
    loss({ policyChosen: x, ...rest }).sum(),
  ) as unknown as (x: np.Array, rest: object) => [np.Array, np.Array];
  const [value, gradient] = run(policyChosen, others);
  value.dispose();
  return valuesOf(gradient);
};

describe("DPO and its kin under noise", () => {
  it("have the sheets' worked values", () => {
    const at2 = (loss: OfFlips) => curve((p) => loss(p, { beta: 0.1, epsilon: 0.2 }), [2])[0];
    close([at2(robustDpoLoss), at2(conservativeDpoLoss)], [0.5314722, 0.6381389], 1e-7);
    close(
      curve((p) => dpoLoss(p, { beta: 0.1 }), [2, -2]),
      [0.5981389, 0.7981389],
      1e-7,
    );
    const weight = (loss: "dpo" | "conservative" | "robust") =>
      pairGradientWeights(array([2]), { loss, beta: 0.1, epsilon: 0.2 }).item();
    close([weight("dpo"), weight("conservative"), weight("robust")], [0.450166, 0.250166, 0.7834993], 1e-7);
  });

  it("are DPO without noise, and log 2 at the reference with any", () => {
    const plain = curve((p) => dpoLoss(p, { beta: 0.3 }));
    for (const loss of [robustDpoLoss, conservativeDpoLoss, noiseAwareDpoLoss]) {
      close(
        curve((p) => loss(p, { beta: 0.3, epsilon: 0 })),
        plain,
      );
      for (const epsilon of shares)
        close(
          curve((p) => loss(p, { epsilon }), [0]),
          [Math.LN2],
        );
    }
  });

  it.each(shares)("robust: its expectation over flips with probability %s is the clean loss", (epsilon) => {
    const robust = curve((p) => robustDpoLoss(p, { epsilon }));
    const flipped = curve((p) => robustDpoLoss(swapPairs(p), { epsilon }));
    close(
      robust.map((v, i) => (1 - epsilon) * v + epsilon * flipped[i]),
      curve((p) => dpoLoss(p)),
    );
    // One softplus: DPO minus a linear tilt.
    const tilt = (0.1 * epsilon) / (1 - 2 * epsilon);
    close(
      robust,
      curve((p) => dpoLoss(p)).map((v, i) => v - tilt * margins[i]),
    );
  });

  it.each(["dpo", "conservative", "robust", "noise-aware"] as const)(
    "%s: the weights of gradients are its derivatives",
    (kind) => {
      const loss = {
        dpo: (p: PairLogps, { beta }: { beta?: number }) => dpoLoss(p, { beta }),
        conservative: conservativeDpoLoss,
        robust: robustDpoLoss,
        "noise-aware": noiseAwareDpoLoss,
      }[kind];
      for (const epsilon of [0.1, 0.4])
        close(
          slopes((p) => loss(p, { beta: 0.3, epsilon })),
          valuesOf(pairGradientWeights(array(margins), { loss: kind, beta: 0.3, epsilon })).map(
            (weight) => -0.3 * weight,
          ),
          1e-10,
        );
    },
  );

  it("robust: convex and falling, between its two limiting slopes; conservative: least at a finite margin", () => {
    const [beta, epsilon] = [0.5, 0.2];
    const slope = slopes((p) => robustDpoLoss(p, { beta, epsilon }), [-99, ...margins, 99]);
    expect(slope.slice(1).every((v, i) => v >= slope[i])).toBe(true);
    close([slope[0], slope.at(-1)!], [(-beta * 0.8) / 0.6, (-beta * 0.2) / 0.6], 1e-9);
    const best = Math.log(0.8 / 0.2) / beta;
    close(
      slopes((p) => conservativeDpoLoss(p, { beta, epsilon }), [best]),
      [0],
    );
    close(
      curve((p) => conservativeDpoLoss(p, { beta, epsilon }), [best]),
      [0.5004024],
      1e-7,
    );
    // Bounded below, unlike the robust one.
    expect(Math.min(...curve((p) => noiseAwareDpoLoss(p, { beta, epsilon }), [99]))).toBeGreaterThan(0.2);
  });

  it("noise-aware: the flip rate has a gradient, too, so that it can be estimated beside the policy", () => {
    const run = compiledValueAndGrad((e: np.Array) =>
      noiseAwareDpoLoss(withMargins(margins), { epsilon: e }).sum(),
    );
    const at = (e: number) => run(np.array(e, { dtype: np.float64 })).map((x) => x.item());
    const [[, gradient], [above], [below]] = [at(0.2), at(0.2 + 1e-6), at(0.2 - 1e-6)];
    expect(Math.abs(gradient - (above - below) / 2e-6)).toBeLessThan(1e-7);
    expect(Math.abs(gradient)).toBeGreaterThan(0.1);
  });

  it("gradient of the robust loss over random flips: that of the clean loss", () => {
    const next = randomSource(3);
    const [epsilon, n] = [0.3, 100_000];
    const [right, wrong] = slopes((p) => robustDpoLoss(p, { beta: 1, epsilon }), [1.5, -1.5]);
    const draws = Array.from({ length: n }, () => (next() < epsilon ? -wrong : right));
    const mean = draws.reduce((a, b) => a + b) / n;
    const error = Math.sqrt(draws.reduce((s, v) => s + (v - mean) ** 2, 0)) / n;
    const [clean] = slopes((p) => dpoLoss(p, { beta: 1 }), [1.5]);
    expect(Math.abs(mean - clean)).toBeLessThan(4 * error);
    expect(error).toBeLessThan(0.01);
  });

  it("swapping labels and replacing epsilon by 1 - epsilon changes nothing, which denoise shows", () => {
    const [A, B] = [
      [2, 0.3],
      [1, 4],
    ];
    const of = (a: number[], b: number[], e: number) =>
      a.map((v, i) => ((1 - e) * v - e * b[i]) / (1 - 2 * e));
    close(valuesOf(denoise(array(A), array(B), 0.2)), of(B, A, 0.8));
  });
});

describe("denoising any loss of preferences", () => {
  it("gives robust DPO of DPO, and is unbiased for the others", () => {
    const epsilon = 0.3;
    close(
      curve(robustify(dpoLoss, epsilon) as (p: PairLogps) => np.Array),
      curve((p) => robustDpoLoss(p, { epsilon })),
    );
    for (const loss of [hingePreferenceLoss, ipoLoss, probitPreferenceLoss]) {
      const robust = robustify((p: PairLogps) => loss(p), epsilon);
      const [right, wrong] = [curve((p) => robust(p)), curve((p) => robust(swapPairs(p)))];
      close(
        right.map((v, i) => (1 - epsilon) * v + epsilon * wrong[i]),
        curve((p) => loss(p)),
      );
    }
  });

  it("of IPO is IPO with another target", () => {
    const epsilon = 0.3;
    const best = 1 / (2 * (1 - 2 * epsilon)) / 0.1;
    close(
      slopes((p) => robustify((q: PairLogps) => ipoLoss(q), epsilon)(p), [best]),
      [0],
      1e-10,
    );
  });

  it("of margins takes them negative where labels are swapped", () => {
    const robust = robustify((m: np.Array) => m.mul(3).add(1), 0.25);
    close(valuesOf(robust(array([2, -1]))), [13, -5]);
  });
});

describe("RPO", () => {
  const pairs = (): PairLogps => ({
    policyChosen: array([-10, -3]),
    policyRejected: array([-12, -4]),
    refChosen: array([-11, -5]),
    refRejected: array([-11, -2]),
    chosenLengths: array([4, 4]),
    rejectedLengths: array([4, 4]),
  });

  it("has the sheet's worked value and gradients, and is DPO without pessimism", () => {
    const options = { beta: 0.1, eta: 0.5 };
    close([valuesOf(rpoLoss(pairs(), options))[0]], [1.098139], 1e-6);
    close(valuesOf(rpoLoss(pairs(), { eta: 0 })), valuesOf(dpoLoss(pairs())));
    const { policyChosen, policyRejected, ...rest } = pairs();
    const run = compiledValueAndGrad((both: np.Array[], others: { [name: string]: np.Array }) =>
      rpoLoss({ policyChosen: both[0], policyRejected: both[1], ...others } as PairLogps, options).sum(),
    );
    const [, gradient] = run([policyChosen, policyRejected], rest as { [name: string]: np.Array });
    const [w, l] = gradient.map(valuesOf);
    close([w[0], l[0]], [-0.0950166, 0.0450166], 1e-6);
  });

  it("per token is the sum with eta beta n where all responses have n tokens", () => {
    const sum = valuesOf(rpoLoss(pairs(), { beta: 0.2, eta: 0.7 }));
    for (const sft of ["mean", "token-mean"] as const)
      close(valuesOf(rpoLoss(pairs(), { beta: 0.2, sft, nllWeight: 0.7 * 0.2 * 4 })), sum);
  });

  it("as TRL has it is DPO plus a weight times the token mean over the batch", () => {
    const uneven = (): PairLogps => ({ ...pairs(), chosenLengths: array([1, 7]) });
    const trl = valuesOf(rpoLoss(uneven(), { sft: "token-mean", nllWeight: 0.005 }));
    const dpo = valuesOf(dpoLoss(uneven()));
    const mean = trl.reduce((s, v, i) => s + (v - dpo[i]) / 2, 0);
    close([mean], [(0.005 * 13) / 8]);
    close([sftLoss(uneven()).mean().item()], [13 / 8]);
  });

  it("takes the likelihood of other responses, and another loss of preferences", () => {
    const base = { logps: array([-1, -2]) };
    const hinge = valuesOf(hingePreferenceLoss(pairs()));
    close(valuesOf(rpoLoss(pairs(), { eta: 2, base, pairLoss: hingePreferenceLoss })), [
      hinge[0] + 0.2,
      hinge[1] + 0.4,
    ]);
  });

  it("refuses a weight that its form doesn't read, and forms per token without lengths", () => {
    expect(() => rpoLoss(pairs(), { sft: "mean", eta: 1 } as never)).toThrow(
      /^eta: expected none with sft "mean", got 1$/,
    );
    expect(() => rpoLoss(pairs(), { nllWeight: 1 } as never)).toThrow(/^nllWeight: expected none/);
    const { chosenLengths, ...none } = pairs();
    expect(() => rpoLoss(none, { sft: "mean" })).toThrow(/^chosenLengths: expected the tokens/);
    expect(() => rpoLoss(pairs(), { sft: "mean", base: { logps: array([-1, -2]) } })).toThrow(
      /^base\.lengths: expected the tokens/,
    );
    expect(() => rpoLoss(pairs(), { base: { logps: array([0.5, -2]) } })).toThrow(
      /^base\.logps: expected finite log-probabilities <= 0, got 0\.5$/,
    );
    chosenLengths?.dispose();
  });
});

describe("other losses of preferences", () => {
  it("change by beta h where chosen and rejected are exchanged, of DPO", () => {
    close(
      curve((p) => dpoLoss(swapPairs(p))),
      curve((p) => dpoLoss(p)).map((v, i) => v + 0.1 * margins[i]),
    );
  });

  it("divide by lengths: DPO of n tokens is that with beta / n", () => {
    const lengths = margins.map(() => 5);
    close(
      curve((p) =>
        dpoLoss(
          { ...p, chosenLengths: array(lengths), rejectedLengths: array(lengths) },
          { beta: 2, lengthNormalize: true },
        ),
      ),
      curve((p) => dpoLoss(p, { beta: 0.4 })),
    );
  });

  it("of probit preferences know the normal distribution, far out, too", () => {
    const z = [-30, -8, -3, -1, 0, 1e-3, 2, 6];
    close(
      curve((p) => probitPreferenceLoss(p, { beta: 1 }), z),
      z.map((v) => (v > 0 ? -Math.log1p(-normalCdf(-v)) : -Math.log(normalCdf(v)))),
      1e-8,
    );
  });

  it("are least at the smoothed label, of EXO", () => {
    const best = Math.log(0.9 / 0.1);
    close(
      curve((p) => exoPairLoss(p, { beta: 1, epsilon: 0.1 }), [best]),
      [0],
    );
    close(
      slopes((p) => exoPairLoss(p, { beta: 1, epsilon: 0.1 }), [best]),
      [0],
    );
  });

  it("have alpha-divergences between the two of Kullback and Leibler", () => {
    const at = (divergence: Parameters<typeof dpoLoss>[1]) =>
      curve((p) => dpoLoss(p, divergence), [-2, -0.5, 0.1, 3]);
    close(at({ divergence: { alpha: 1 } }), at({}));
    close(at({ divergence: { alpha: 1 + 1e-5 } }), at({}), 1e-5);
    close(at({ divergence: { alpha: 0 } }), at({ divergence: "forward-kl" }));
  });

  it("of rankings are DPO of two, and all orders' probabilities add up to 1", () => {
    close(valuesOf(plackettLuceNll(array([0.7, -0.4]).reshape([1, 2]))), [Math.log1p(Math.exp(-1.1))]);
    const scores = [0.3, -1, 2];
    const orders = [
      [0, 1, 2],
      [0, 2, 1],
      [1, 0, 2],
      [1, 2, 0],
      [2, 0, 1],
      [2, 1, 0],
    ];
    const nll = plackettLuceNll(array(orders.flatMap(() => scores)).reshape([6, 3]), {
      ranking: np.array(Int32Array.from(orders.flat())).reshape([6, 3]),
    });
    close([valuesOf(nll).reduce((s, v) => s + Math.exp(-v), 0)], [1]);
    expect(() =>
      plackettLuceNll(array(scores).reshape([1, 3]), {
        ranking: np.array(Int32Array.of(0, 0, 2)).reshape([1, 3]),
      }),
    ).toThrow(/^ranking\[0\]: expected each of 0 to 2 once, got "0, 0, 2"$/);
  });
});
