import { aldrInit, crossEntropy, ensLoss } from "minimand";
import { compileWithJit } from "minimand/engine";
import { truncatedGceInit } from "minimand/losses";
import { flat, linear, type Model, mlp } from "minimand/models";
import { adam, adamw, chain, clipByGlobalNorm, sgd } from "minimand/optimizers";
import {
  advCompSum,
  adversarialTraining,
  aldrObjective,
  type BatchLoss,
  ensLossTrainer,
  objectiveOf,
  supervised,
  trades,
  truncatedGceObjective,
} from "minimand/training";
import { describe, expect, it } from "vitest";
import { liveBuffers } from "../../../../../test/support/leaks.ts";
import { nativeCompiler } from "../compile.ts";
import { close, examples, expectSame, inputs, type Run, rows, train } from "./training.fixture.ts";

const net = (outputs: number): Model => mlp({ inputs, hidden: [8], outputs });
const ce: BatchLoss = (f, y, { weights }) => crossEntropy(f, y, { weights });
const plain = sgd(0.05);

describe("supervised training", () => {
  it.each<[string, Model]>([
    ["an mlp", net(3)],
    ["an mlp with tanh and two layers", mlp({ inputs, hidden: [8, 5], outputs: 3, activation: "tanh" })],
    ["an mlp with flat parameters", flat(net(3))],
    ["an mlp with batch normalisation", mlp({ inputs, hidden: [8, 8], outputs: 3, batchNorm: true })],
    ["a flat one with batch normalisation", flat(mlp({ inputs, hidden: [8], outputs: 3, batchNorm: true }))],
    ["a linear model", linear({ inputs, outputs: 3, initial: "random" })],
    ["an mlp of 5 inputs, whose weights are padded", mlp({ inputs, hidden: [6], outputs: 3 })],
  ])("of %s gives the numbers of jit", async (_, model) => {
    await expectSame({
      data: examples(3),
      make: (compile) =>
        supervised({
          model,
          objective: objectiveOf(model, ce),
          optimizer: ({ learningRate }) => adamw(learningRate),
          hyper: { learningRate: 0.05 },
          compile,
        }),
    });
  });

  it.each([
    ["sgd", plain],
    ["sgd with momentum", sgd(0.05, { momentum: 0.9 })],
    ["sgd with Nesterov momentum and decay", sgd(0.05, { momentum: 0.9, nesterov: true, weightDecay: 0.01 })],
    ["adam", adam(0.01)],
    ["adamw with clipped gradients", chain(clipByGlobalNorm(0.1), adamw(0.01))],
  ] as const)("by %s gives the numbers of jit", async (_, optimizer) => {
    const model = net(3);
    await expectSame({
      data: examples(3),
      make: (compile) => supervised({ model, objective: objectiveOf(model, ce), optimizer, compile }),
    });
  });

  it("keeps the number of live arrays, and gives all back in the end", async () => {
    const native = await nativeCompiler();
    const model = net(3);
    const run: Run = {
      data: examples(3),
      make: (compile) =>
        supervised({ model, objective: objectiveOf(model, ce), optimizer: adamw(0.01), compile }),
    };
    await train(run, native);
    const before = liveBuffers();
    for (let i = 0; i < 3; i++) await train(run, native);
    expect(liveBuffers()).toBe(before);
  });
});

describe("a method with more than a loss", () => {
  const model = net(3);
  const attack = { model, optimizer: plain, steps: 3, clip: [-2, 2] as const };
  const two = net(2);
  it.each<[string, Run]>([
    [
      "EnsLoss, which draws random numbers",
      {
        data: examples(2),
        make: (compile) => ensLossTrainer({ model: two, optimizer: plain, compile, period: 2 }),
      },
    ],
    [
      "EnsLoss of one score, with another law",
      {
        data: examples(2),
        make: (compile) =>
          ensLossTrainer({
            model: net(1),
            optimizer: plain,
            compile,
            tail: "inverse-log2",
            phantomZero: true,
          }),
      },
    ],
    [
      "ALDR-KL with memory",
      {
        data: examples(3),
        init: { memory: aldrInit(rows) },
        make: (compile) => supervised({ model, objective: aldrObjective(model), optimizer: plain, compile }),
      },
    ],
    [
      "truncated GCE with memory",
      {
        data: examples(3),
        init: { memory: truncatedGceInit(rows) },
        make: (compile) =>
          supervised({ model, objective: truncatedGceObjective(model), optimizer: plain, compile }),
      },
    ],
    [
      "adversarial training (PGD)",
      {
        data: examples(3),
        init: { hyper: { gamma: 0.2 } },
        make: (compile) => adversarialTraining({ ...attack, compile }),
      },
    ],
    [
      "TRADES",
      {
        data: examples(3),
        init: { hyper: { gamma: 0.2, beta: 3 } },
        make: (compile) => trades({ ...attack, compile }),
      },
    ],
    [
      "smooth adversarial comp-sum",
      {
        data: examples(3),
        init: { hyper: { gamma: 0.2, nu: 0.3 } },
        make: (compile) => advCompSum({ ...attack, compile }),
      },
    ],
  ])("%s: trains as under jit", async (_, run) => {
    const native = await expectSame(run);
    expect(await train(run, native)).toEqual(await train(run, native));
  });

  it("draws the numbers that jit draws: another key, other losses", async () => {
    const still = linear({ inputs, outputs: 2 });
    const objective = objectiveOf(still, (f, y, { weights, key }) => ensLoss(f, y, { weights, key }));
    const run: Run = {
      data: examples(2),
      // Nothing but the draws can change the losses.
      make: (compile) => supervised({ model: still, objective, optimizer: sgd(1e-12), compile }),
    };
    const native = await nativeCompiler();
    const [one, again, other] = [
      await train(run, native),
      await train(run, native),
      await train({ ...run, seed: 2 }, native),
    ];
    expect(again).toEqual(one);
    expect(other.losses).not.toEqual(one.losses);
    close(one.losses, (await train(run, compileWithJit)).losses, 1e-4);
  });
});
