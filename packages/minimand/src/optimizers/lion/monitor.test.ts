import { numpy as np, random } from "@jax-js/jax";
import { describe, expect, it } from "vitest";
import { leakOf, liveBuffers } from "../../../../../test/support/leaks.ts";
import { disposeTree, leavesOf, refTree, type Tree } from "../../engine/tree.ts";
import { crossEntropy } from "../../losses/index.ts";
import { flat, mlp } from "../../models/index.ts";
import { fit, minibatches, objectiveOf, supervised } from "../../training/index.ts";
import { adamw } from "../adam.ts";
import { flatKappa, flatMask } from "../flat.ts";
import * as kappa from "../kappa/index.ts";
import { kappas } from "../kappa/kappas.fixture.ts";
import { optimizerMemory } from "../memory.ts";
import { matricesOnly } from "../scale.ts";
import { cosineSchedule } from "../schedules.ts";
import { sgd } from "../sgd.ts";
import { applyUpdates } from "../transformation.ts";
import { constraintViolation, lion, lionK, lionMonitor, lionOde, signSgd, signum } from "./index.ts";

const x = Float32Array.from({ length: 200 }, (_, i) => Math.sin(i * i + 1));
const y = Int32Array.from({ length: 100 }, (_, i) => Number(x[2 * i] > x[2 * i + 1]));
const examples = { x, shape: [2], y, classes: 2 };

describe("a network trained by Lion-K", () => {
  it("enters its box and stays, and the monitor says so in numbers", async () => {
    const options = { kappa: kappa.l1(), weightDecay: 5, learningRate: 0.02, b1: 0.9, b2: 0.99 };
    const model = mlp({ inputs: 2, hidden: [8], outputs: 2 });
    const step = supervised({
      model,
      objective: objectiveOf(model, (f, labels, { weights }) => crossEntropy(f, labels, { weights })),
      optimizer: lionK(options.learningRate, options),
    });
    const monitor = lionMonitor(options);
    let state = step.init(random.key(1));
    const seen: number[] = [];
    const batches = minibatches(examples, { size: 50, seed: 2 });
    for (let epoch = 0; epoch < 80; epoch++) {
      state = await fit({ step, state, batches: batches.epoch(epoch) });
      const report = await monitor.look({ loss: 0.5, params: state.params, state: state.optimizer });
      seen.push(report.violation);
      if (report.violation > 1e-5) expect(report.energy).toBe(Infinity);
      else expect(report.energy).toBeGreaterThanOrEqual(0.5);
      expect(report.stationarity).toBe(null);
    }
    expect(seen[0]).toBeGreaterThan(1);
    for (let i = 1; i < seen.length; i++) expect(seen[i]).toBeLessThanOrEqual(seen[i - 1] * 0.9 ** 2 + 1e-5);
    expect(seen.at(-1)).toBeLessThan(1e-5);
    const zeros = await monitor.look({
      loss: 0.5,
      params: state.params,
      state: state.optimizer,
      gradient: refTree(state.params),
    });
    expect(zeros.stationarity).toBeGreaterThan(0);
    const before = liveBuffers();
    for (let i = 0; i < 3; i++)
      await monitor.look({ loss: 0.5, params: state.params, state: state.optimizer });
    expect(liveBuffers()).toBe(before);
    disposeTree([state.params, state.optimizer]);
    monitor.dispose();
  });
});

describe("parameters in one vector", () => {
  const shape = { inputs: 5, hidden: [8], outputs: 3 };
  const [tree, vector] = [mlp(shape), flat(mlp(shape))];
  /** Parameters after some steps with gradients that are functions of the parameters. */
  const follow = (start: Tree, optimizer: ReturnType<typeof lion>, of: (p: Tree) => Tree): Tree => {
    let params = start;
    let state = optimizer.init(params);
    for (let t = 0; t < 4; t++) {
      const [updates, next] = optimizer.update(of(params), state, refTree(params));
      params = applyUpdates(params, updates);
      state = next;
    }
    disposeTree(state);
    return params;
  };
  const numbers = (t: Tree) => leavesOf(t).flatMap((leaf) => [...leaf.ref.dataSync()]);
  const choice = (p: np.Array) => (p.ndim === 2 ? kappa.nuclear() : kappa.lp(1.5));

  it.each([
    [
      "a mask",
      lion(0.1, { weightDecay: 2, mask: matricesOnly }),
      lion(0.1, { weightDecay: 2, mask: flatMask(vector, matricesOnly) }),
    ],
    [
      "a mask in the implicit scheme",
      lionK(0.1, { weightDecay: 2, mask: matricesOnly, scheme: "implicit" }),
      lionK(0.1, { weightDecay: 2, mask: flatMask(vector, matricesOnly), scheme: "implicit" }),
    ],
    [
      "a mask of adamw",
      adamw(0.1, { weightDecay: 2, mask: matricesOnly }),
      adamw(0.1, { weightDecay: 2, mask: flatMask(vector, matricesOnly) }),
    ],
    [
      "a kappa for each array",
      lionK(0.1, { kappa: choice, weightDecay: 1 }),
      lionK(0.1, { kappa: flatKappa(vector, choice), weightDecay: 1 }),
    ],
  ])("take %s as a tree does", (_, optimizer, flatOne) => {
    const key = random.key(4);
    const a = follow(tree.init(key.ref).params, optimizer, refTree);
    const b = follow(vector.init(key).params, flatOne, refTree);
    const expected = numbers(a);
    numbers(b).forEach((v, i) => {
      expect(v).toBeCloseTo(expected[i], 4);
    });
    disposeTree([a, b]);
  });

  it("keep the violation of every array", () => {
    const constraint = { kappa: choice, weightDecay: 3 };
    const key = random.key(4);
    const a = constraintViolation(constraint, tree.init(key.ref).params).item();
    const b = constraintViolation(
      { kappa: flatKappa(vector, choice), weightDecay: 3 },
      vector.init(key).params,
    ).item();
    expect(a).toBeGreaterThan(0);
    expect(b).toBeCloseTo(a, 4);
  });
});

describe("the memory of an optimizer", () => {
  const params = { weight: np.ones([100, 10]), bias: np.ones([24]) };

  it.each([
    ["sgd", sgd(0.1), 0],
    ["signSgd", signSgd(0.1), 0],
    ["sgd with momentum", sgd(0.1, { momentum: 0.9 }), 4],
    ["lion", lion(0.1), 4],
    ["signum", signum(0.1), 4],
    ["lionK with the nuclear norm", lionK(0.1, { kappa: kappa.nuclear() }), 4],
    ["adamw", adamw(0.1), 8],
  ] as const)("%s", (_, optimizer, bytes) => {
    const { perParameter, perParameterInTraining, stateBytes } = optimizerMemory(optimizer, params);
    expect(perParameter).toBeCloseTo(bytes, 1);
    expect(perParameterInTraining).toBeCloseTo(bytes + 8, 1);
    expect(Math.abs(stateBytes - 1024 * bytes)).toBeLessThanOrEqual(8);
  });

  it("counts the bytes of the dtype, and counters", () => {
    const doubles = [np.ones([10]).astype(np.float64)];
    expect(optimizerMemory(lion(0.1), doubles).stateBytes).toBe(80);
    expect(optimizerMemory(lion(cosineSchedule(1, 10)), params).stateBytes).toBe(4096 + 4);
  });
});

describe("kappas in float32 on wasm", () => {
  const point = () => np.array([0.9, -1.7, 0.3, 1.2, -0.4, 2.1]).reshape([3, 2]);
  it.each(kappas.map((k) => [k.name, k] as const))("%s: right to 1e-4, and no leak", (_, k) => {
    const gradient = k.grad(point());
    const inner = gradient.ref.mul(point()).sum().item();
    const gap = k.value(point()).item() + k.conj(gradient.ref).item() - inner;
    expect(Math.abs(gap)).toBeLessThan(1e-4);
    expect(k.violation(gradient).item()).toBeLessThan(1e-5);
    const leak = leakOf(() => {
      k.value(point()).item();
      k.conj(k.conjGrad(k.grad(point()))).item();
      k.violation(point()).item();
    });
    expect(leak).toBe(0);
  });
});

describe("the path of the differential equation", () => {
  it("leaves nothing alive but its end", async () => {
    const ode = lionOde({
      loss: (p) => np.square((p as np.Array).sub(1)).sum(),
      kappa: kappa.logcosh(0.2),
      weightDecay: 1,
      alpha: 1,
      gamma: 1,
      epsilon: 0.5,
    });
    const run = async () => {
      const { end } = await ode.solve(np.array([0.5, 0.1]), np.array([0.1, 0.2]), { h: 0.1, steps: 3 });
      disposeTree([end.params, end.momentum]);
    };
    await run();
    const before = liveBuffers();
    for (let i = 0; i < 3; i++) await run();
    expect(liveBuffers()).toBe(before);
    ode.dispose();
  });
});
