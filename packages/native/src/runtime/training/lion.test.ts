import { crossEntropy } from "minimand";
import { type FlatModel, flat, type Model, mlp } from "minimand/models";
import {
  flatKappa,
  flatMask,
  type GradientTransformation,
  kappa,
  lion,
  lionK,
  matricesOnly,
  signSgd,
  signum,
} from "minimand/optimizers";
import { objectiveOf, supervised } from "minimand/training";
import { describe, it } from "vitest";
import { examples, expectSame, inputs } from "./training.fixture.ts";

const shape = { inputs, hidden: [8], outputs: 3 };
const tree = mlp(shape);
const vector: FlatModel = flat(mlp(shape));
const muon = (p: { ndim: number }) => (p.ndim === 2 ? kappa.nuclear({ method: "newtonSchulz" }) : kappa.l2());
const rest = { weightDecay: 1, b1: 0.9, b2: 0.95 };

describe("a network trained by Lion-K", () => {
  it.each<[string, Model, GradientTransformation]>([
    ["lion", tree, lion(0.01, { weightDecay: 1 })],
    ["signSGD", tree, signSgd(0.01)],
    ["Signum", tree, signum(0.01)],
    ["lion, flat, with a mask", vector, lion(0.01, { weightDecay: 1, mask: flatMask(vector, matricesOnly) })],
    ["the implicit scheme", tree, lionK(0.01, { ...rest, scheme: "implicit", mask: matricesOnly })],
    ["lp", tree, lionK(0.01, { ...rest, kappa: kappa.lp(1.5) })],
    ["linf", tree, lionK(0.01, { ...rest, kappa: kappa.linf() })],
    ["topk", tree, lionK(0.01, { ...rest, kappa: kappa.topk({ fraction: 0.3 }) })],
    ["huber", tree, lionK(0.01, { ...rest, kappa: kappa.huber(0.01) })],
    ["deadzone", tree, lionK(0.01, { ...rest, kappa: kappa.deadzone(0.01) })],
    ["relativistic", tree, lionK(0.01, { ...rest, kappa: kappa.relativistic(0.01) })],
    ["logcosh", tree, lionK(0.01, { ...rest, kappa: kappa.logcosh(0.01) })],
    ["groups", tree, lionK(0.01, { ...rest, kappa: (p) => kappa.group({ axis: p.ndim === 2 ? 0 : -1 }) })],
    ["hypentropy", tree, lionK(0.01, { ...rest, kappa: kappa.hypentropy(0.3) })],
    ["Newton-Schulz", tree, lionK(0.01, { ...rest, kappa: muon })],
    ["Newton-Schulz, flat", vector, lionK(0.01, { ...rest, kappa: flatKappa(vector, muon) })],
  ])("by %s gives the numbers of jit", async (_, model, optimizer) => {
    await expectSame({
      data: examples(3),
      make: (compile) =>
        supervised({
          model,
          objective: objectiveOf(model, (f, y, { weights }) => crossEntropy(f, y, { weights })),
          optimizer,
          compile,
        }),
    });
  });
});
