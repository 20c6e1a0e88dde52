import { numpy as np, random } from "@jax-js/jax";
import { describe, expect, it } from "vitest";
import { liveBuffers } from "../../../../../test/support/leaks.ts";
import { leavesOf, refTree, type Tree } from "../../engine/tree.ts";
import { binaryKlNorm, crossEntropy, kdLoss } from "../../losses/index.ts";
import { flat, mlp } from "../../models/index.ts";
import { sgd } from "../../optimizers/index.ts";
import { minibatches } from "../batches.ts";
import { compilerOfBlocks } from "../blocks.fixture.ts";
import { fit } from "../fit.ts";
import { objectiveOf } from "../objective.ts";
import { halfPlanes, teacherOfHalfPlanes } from "../steps.fixture.ts";
import { supervised } from "../supervised.ts";
import { auxiliaryHead } from "./auxiliary-head.ts";
import { type DistillOptions, distill } from "./distill.ts";
import { gradientConflict } from "./gradient-conflict.ts";

const student = mlp({ inputs: 2, hidden: [6], outputs: 2 });
const head = auxiliaryHead({ features: 6, classes: 2, kind: "linear" });
const optimizer = ({ learningRate }: { [name: string]: np.Array }) => sgd(learningRate);
const examples = halfPlanes();
const batches = minibatches(examples, { size: 32, seed: 3 });
const hyper = { learningRate: 0.1 };
const numbers = (t: Tree): number[] =>
  leavesOf(t).flatMap((leaf) => [...(leaf.ref.dataSync() as Float32Array)]);
const close = (a: number[], b: number[], digits = 5) => {
  expect(a.length).toBe(b.length);
  a.forEach((v, i) => {
    expect(v).toBeCloseTo(b[i], digits);
  });
};

/** Parameters and metrics after one update on the first batch. */
function once(
  options: Partial<DistillOptions>,
  {
    teacher = teacherOfHalfPlanes(),
    flipped = false,
    more = {},
  }: { teacher?: Float32Array; flipped?: boolean; more?: { [name: string]: number } } = {},
) {
  const step = distill({ student, optimizer, ...options });
  const memory: { [name: string]: Float32Array } = options.teacher === undefined ? { teacher } : {};
  const state = step.init(random.key(1), { hyper: { ...hyper, ...more }, memory });
  const before = refTree(state.params) as { student: Tree[]; auxiliary: Tree };
  const y = flipped ? examples.y.map((v) => 1 - v) : examples.y;
  const [batch] = [...minibatches({ ...examples, y }, { size: 32, seed: 3 }).epoch(0)];
  const [next, metrics] = step.update(state, batch);
  const after = next.params as { student: Tree[]; auxiliary: Tree };
  const moved = (part: (p: typeof after) => Tree) => {
    const [a, b] = [numbers(part(after)), numbers(part(before))];
    return a.map((v, i) => v - b[i]);
  };
  const scalars = Object.fromEntries(Object.entries(metrics).map(([name, value]) => [name, value.item()]));
  return {
    backbone: moved((p) => p.student.slice(0, 1)),
    main: moved((p) => p.student.slice(1)),
    auxiliary: moved((p) => p.auxiliary),
    metrics: scalars,
  };
}

describe("distill", () => {
  it("with one head is supervised training of the sum of both losses", async () => {
    const teacher = teacherOfHalfPlanes();
    const step = distill({ student, optimizer });
    const start = step.init(random.key(1), {
      hyper: { ...hyper, gamma: 0.5, alpha: 2 },
      memory: { teacher },
    });
    const rows = (x: np.Array) =>
      np.matmul(
        x,
        np.array([
          [-2, 2],
          [-1, 1],
        ]),
      );
    const plain = supervised({
      model: student,
      optimizer,
      objective: (params, context, { x, y, weights }) => {
        const loss = objectiveOf(student, (f, labels, { weights: w }) =>
          crossEntropy(f.ref, labels, { weights: w.ref })
            .mul(0.5)
            .add(binaryKlNorm(f, rows(x.ref), { weights: w }).mul(2)),
        );
        return loss(params, context, { x: x.ref, y, weights });
      },
    });
    let a = start;
    let b = plain.init(random.key(1), { hyper });
    for (let epoch = 0; epoch < 3; epoch++) {
      a = await fit({ step, state: a, batches: batches.epoch(epoch) });
      b = await fit({ step: plain, state: b, batches: batches.epoch(epoch) });
    }
    close(numbers(step.params(a)), numbers(plain.params(b)), 4);
  });

  it("with two heads teaches the main one by labels alone, the auxiliary one by the teacher alone, the backbone by both", () => {
    const other = teacherOfHalfPlanes().map((v, i) => -v + (i % 3));
    const options = { auxiliary: head };
    const start = once(options);
    const otherTeacher = once(options, { teacher: other });
    const otherLabels = once(options, { flipped: true });
    close(otherTeacher.main, start.main, 7);
    expect(otherTeacher.auxiliary).not.toEqual(start.auxiliary);
    close(otherLabels.auxiliary, start.auxiliary, 7);
    expect(otherLabels.main).not.toEqual(start.main);
    const [onlyLabels, onlyTeacher] = ["alpha", "gamma"].map(
      (name) => once(options, { more: { [name]: 0 } }).backbone,
    );
    close(
      onlyLabels.map((v, i) => v + onlyTeacher[i]),
      start.backbone,
      6,
    );
    expect(start.metrics.loss).toBeCloseTo(start.metrics.primary + start.metrics.distillation, 5);
  });

  it("aligns gradients as the merge says: the same step without a conflict, the primary one scaled up in one", () => {
    const options = { auxiliary: head };
    const aligned = { ...options, gradientAlignment: true };
    const agreeing = once(aligned);
    expect(agreeing.metrics.conflict).toBe(0);
    close(agreeing.backbone, once(options).backbone, 6);
    // Labels against the teacher: every gradient that fits the one opposes the other.
    const opposed = { flipped: true, more: { alpha: 3 } };
    const [plain, projected] = [once(options, opposed), once(aligned, opposed)];
    if (projected.metrics.conflict === 0) throw new Error("the example has no conflict to test");
    const ratios = projected.main.map((v, i) => v / plain.main[i]).filter(Number.isFinite);
    for (const ratio of ratios) expect(ratio).toBeCloseTo(ratios[0], 2);
    expect(ratios[0]).toBeGreaterThan(1.001);
    close(projected.auxiliary, plain.auxiliary, 6);
    const scope = { student: [true, false] };
    const scoped = once({ ...options, gradientAlignment: scope }, opposed);
    close(scoped.main, plain.main, 6);
    const primary = once(options, { flipped: true, more: { alpha: 0 } }).backbone;
    const rest = scoped.backbone.map((v, i) => v - primary[i]);
    expect(rest.reduce((sum, v, i) => sum + v * primary[i], 0)).toBeCloseTo(0, 5);
  });

  it("asks a teacher itself, or takes its logits by example id", () => {
    const ask = (x: np.Array) =>
      np.matmul(
        x,
        np.array([
          [-2, 2],
          [-1, 1],
        ]),
      );
    const options = { auxiliary: head };
    const [asked, kept] = [once({ ...options, teacher: ask }), once(options)];
    close(asked.backbone, kept.backbone, 6);
    close(asked.auxiliary, kept.auxiliary, 6);
  });

  it("takes other losses, and hyperparameters of theirs as inputs of its program", () => {
    const options: Partial<DistillOptions> = {
      distillation: (s, t, _, { weights, hyper: { temperature } }) => kdLoss(s, t, { weights, temperature }),
    };
    const [two, four] = [2, 4].map((temperature) => once(options, { more: { temperature } }));
    expect(two.metrics.distillation).not.toBeCloseTo(four.metrics.distillation, 3);
    expect(() => once(options)).toThrow(/^hyper.temperature: expected one of those given to init/);
  });

  it("trains a flat student, whose parameters are handed out without the auxiliary head", async () => {
    const model = flat(student);
    const step = distill({
      student: model,
      auxiliary: auxiliaryHead({ features: 6, classes: 2, kind: "nonlinear", hidden: 8 }),
      gradientAlignment: true,
      optimizer,
    });
    const memory = { teacher: teacherOfHalfPlanes() };
    let state = step.init(random.key(2), { hyper, memory });
    state = await fit({ step, state, batches: batches.epoch(0) });
    const layers = leavesOf(model.unflatten((step.params(state) as np.Array).ref));
    expect(layers.map((l) => l.shape.join("x")).sort()).toEqual(["2", "4x6", "6", "8x2"]);
    for (const layer of layers) layer.dispose();
    const before = liveBuffers();
    state = await fit({ step, state, batches: batches.epoch(1) });
    expect(liveBuffers()).toBe(before);
  });

  it.each(["in blocks", "in no block after all"])(
    "makes the same steps where a compiler makes several at once, %s",
    async (how) => {
      let blocks = 0;
      const compile = compilerOfBlocks(() => {
        blocks++;
        return how === "in blocks";
      });
      const train = async (options: Partial<DistillOptions>) => {
        const step = distill({ student, auxiliary: head, gradientAlignment: true, optimizer, ...options });
        let state = step.init(random.key(4), { hyper, memory: { teacher: teacherOfHalfPlanes() } });
        for (let epoch = 0; epoch < 2; epoch++)
          state = await fit({ step, state, batches: batches.epoch(epoch) });
        const before = liveBuffers();
        state = await fit({ step, state, batches: batches.epoch(2) });
        expect(liveBuffers()).toBe(before);
        return [...numbers(state.params), state.count];
      };
      const together = await train({ compile });
      expect(blocks).toBeGreaterThan(2);
      close(together, await train({}), 6);
    },
  );

  it("refuses teacher logits that lack, don't fit or aren't finite, and example ids without any", () => {
    const step = distill({ student, optimizer });
    const init =
      (teacher: unknown, more: { [name: string]: number } = {}) =>
      () =>
        step.init(random.key(0), {
          hyper: { ...hyper, ...more },
          memory: teacher === undefined ? {} : { teacher: teacher as Float32Array },
        });
    expect(init(undefined)).toThrow(
      /^memory.teacher: expected a Float32Array of teacher logits, one row an example, got undefined$/,
    );
    expect(init(new Float32Array(3))).toThrow(/^memory.teacher: expected rows of 2 logits/);
    expect(init(new Float32Array(0))).toThrow(RangeError);
    expect(init(Float32Array.of(1, 2, 3, Number.NaN))).toThrow(
      /^memory.teacher, row 1: expected finite numbers, got NaN$/,
    );
    expect(init(teacherOfHalfPlanes(), { alpha: -1 })).toThrow(
      /^hyper.alpha: expected a finite number >= 0, got -1$/,
    );
    expect(init(teacherOfHalfPlanes(), { gamma: Number.NaN })).toThrow(/^hyper.gamma/);
    expect(() => once({ teacher: (x) => np.matmul(x, np.ones([2, 3])) })).toThrow(
      /^teacher\(x\): expected shape \[32, 2\], got float32\[32, 3\]$/,
    );
    expect(() => once({}, { teacher: new Float32Array(20) })).toThrow(
      /^ids: expected example ids from 0 to 9, got /,
    );
    const both = distill({ student, optimizer, teacher: (x) => x });
    expect(() => both.init(random.key(0), { hyper, memory: { teacher: new Float32Array(2) } })).toThrow(
      TypeError,
    );
  });
});

describe("gradientConflict", () => {
  const loss = (sign: number) => (params: Tree, x: np.Array) => {
    const { a, b } = params as { a: np.Array; b: np.Array };
    return a
      .mul(x.mul(sign))
      .sum()
      .add(b.mul(np.array([1, 2])).sum());
  };
  const params = () => ({ a: np.array([0.3, -0.2]), b: np.array([1, 1.5]) });
  const groups = { body: { a: true }, head: { b: true }, all: true };

  it("gives the cosine of two gradients for each group of parameters", async () => {
    const report = gradientConflict({ primary: loss(1), auxiliary: loss(-1), groups });
    const { body, head: shared, all } = await report(params(), np.array([3, 4]));
    expect(body).toBeCloseTo(-1, 5);
    expect(shared).toBeCloseTo(1, 5);
    expect(all).toBeCloseTo((5 - 25) / 30, 5);
    const before = liveBuffers();
    await report(params(), np.array([1, 2]));
    expect(liveBuffers()).toBe(before);
    report.dispose();
  });

  it("says null for a group that one of the losses doesn't reach", async () => {
    const onlyBody = (tree: Tree, x: np.Array) => {
      const { a, b } = tree as { a: np.Array; b: np.Array };
      return a.mul(x).sum().add(b.sum().mul(0));
    };
    const report = gradientConflict({ primary: onlyBody, auxiliary: loss(1), groups });
    const { body, head: unreached } = await report(params(), np.array([3, 4]));
    expect(body).toBeCloseTo(1, 5);
    expect(unreached).toBe(null);
  });
});
