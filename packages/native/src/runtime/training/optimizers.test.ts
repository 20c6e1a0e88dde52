import { crossEntropy } from "minimand";
import { flat, type Model, mlp } from "minimand/models";
import {
  accumulateGradients,
  adaBelief,
  adagrad,
  adamw,
  adaptiveGradientClip,
  applyIfFinite,
  chain,
  clipByGlobalNorm,
  clipByValue,
  cosineSchedule,
  exponentialSchedule,
  flatTransformation,
  type GradientTransformation,
  joinSchedules,
  lamb,
  linearSchedule,
  masked,
  matricesOnly,
  muon,
  nadam,
  oneCycleSchedule,
  partition,
  polynomialSchedule,
  radam,
  rmsprop,
  setToZero,
  sgd,
  warmRestartsSchedule,
} from "minimand/optimizers";
import { objectiveOf, supervised } from "minimand/training";
import { describe, it } from "vitest";
import { examples, expectSame, inputs } from "./training.fixture.ts";

const shape = { inputs, hidden: [8], outputs: 3 };
const tree = mlp(shape);
const vector = flat(mlp(shape));
const isMatrix = (p: { ndim: number }): boolean => p.ndim === 2;

describe("a network", () => {
  it.each<[string, Model, GradientTransformation]>([
    ["rmsprop", tree, rmsprop(0.01)],
    ["centred rmsprop of a flat model", vector, rmsprop(0.01, { centered: true, momentum: 0.9 })],
    ["adagrad", vector, adagrad(0.1)],
    ["nadam", vector, nadam(0.01)],
    ["radam, over its threshold", vector, radam(0.01, { b2: 0.9, threshold: 4 })],
    ["adaBelief", vector, adaBelief(0.01)],
    ["lamb", tree, lamb(0.01, { weightDecay: 0.1, mask: matricesOnly })],
    ["lamb of a flat model", vector, flatTransformation(vector, lamb(0.01))],
    ["muon", tree, muon(0.02, { adam: { learningRate: 1e-3 } })],
    ["muon of a flat model", vector, flatTransformation(vector, muon(1e-3, { adjust: "match-rms" }))],
    ["clipped entries", tree, chain(clipByValue(0.01), sgd(1))],
    ["adaptive clipping", tree, chain(masked(adaptiveGradientClip(0.1), isMatrix), sgd(0.5))],
    [
      "groups, one of which is frozen",
      tree,
      partition({ matrices: adamw(0.01), rest: setToZero() }, (p) => (isMatrix(p) ? "matrices" : "rest")),
    ],
    ["accumulated steps", vector, accumulateGradients(chain(clipByGlobalNorm(1), adamw(0.05)), 2)],
    ["steps where they are finite", vector, applyIfFinite(adamw(0.01))],
    [
      "a line and a cosine",
      vector,
      sgd(joinSchedules([linearSchedule(0, 2, 0.2), cosineSchedule(0.2, 5)], [2])),
    ],
    ["a power", vector, sgd(polynomialSchedule(0.2, 5, 0.9))],
    ["stairs", vector, sgd(exponentialSchedule(0.2, 2, 0.5, { staircase: true }))],
    ["one cycle", vector, sgd(oneCycleSchedule(0.2, 6))],
    ["warm restarts", vector, sgd(warmRestartsSchedule(0.2, 2))],
    ["rarer warm restarts", vector, sgd(warmRestartsSchedule(0.2, 1, { factor: 2 }))],
  ])("trained by %s gives the numbers of jit", async (_, model, optimizer) => {
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
