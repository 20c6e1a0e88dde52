import { numpy as np, random } from "@jax-js/jax";
import { describe, expect, it } from "vitest";
import { leavesOf } from "../engine/tree.ts";
import { marginCrossEntropy, marginSoftmax } from "../losses/index.ts";
import { adam, chain, keepUnitNorm, sgd } from "../optimizers/index.ts";
import { fit, minibatches, objectiveOf, predictor, supervised } from "../training/index.ts";
import { cosineClassifier, mlp } from "./index.ts";

const body = mlp({ inputs: 2, hidden: [16], outputs: 4 });
const key = (seed: number) => np.array(Uint32Array.of(seed, 9));
/** Three sectors of the plane. */
const count = 96;
const angles = Float32Array.from({ length: count }, (_, i) => (i * 2 * Math.PI) / count);
const examples = {
  x: Float32Array.from({ length: 2 * count }, (_, i) => (i % 2 ? Math.sin : Math.cos)(angles[i >> 1])),
  shape: [2],
  y: Int32Array.from(angles, (a) => Math.floor((3 * a) / (2 * Math.PI) + 1e-6)),
  classes: 3,
};

async function train(constraint: "reparametrised" | "projected", epochs: number) {
  const model = cosineClassifier(body, { features: 4, classes: 3, constraint });
  const step = supervised({
    model,
    objective: objectiveOf(model, (c, y, { weights }) => marginCrossEntropy(c, y, { scale: 10, weights })),
    optimizer: constraint === "projected" ? chain(adam(0.02), keepUnitNorm("centers")) : adam(0.02),
  });
  let state = step.init(key(1));
  const batches = minibatches(examples, { size: 32, seed: 3 });
  const norms: number[] = [];
  for (let epoch = 0; epoch < epochs; epoch++)
    state = await fit({
      step,
      state,
      batches: batches.epoch(epoch),
      onStep({ state: { params } }) {
        const { centers } = params as { centers: np.Array };
        norms.push(...(np.sqrt(np.square(centers.ref).sum(0)).dataSync() as Float32Array));
      },
    });
  const x = np.array(examples.x, { shape: [count, 2] });
  const cosines = predictor(model)(step.params(state), {}, x).js() as number[][];
  return { cosines, norms };
}

describe("the cosine classifier", () => {
  it.each(["reparametrised", "projected"] as const)(
    "learns, %s, and its outputs are cosines",
    async (constraint) => {
      const { cosines, norms } = await train(constraint, 40);
      const right = cosines.filter((row, i) => row.indexOf(Math.max(...row)) === examples.y[i]).length;
      expect(right / count).toBeGreaterThan(0.9);
      expect(Math.max(...cosines.flat().map(Math.abs))).toBeLessThan(1 + 1e-5);
      const off = Math.max(...norms.map((n) => Math.abs(n - 1)));
      if (constraint === "projected") expect(off).toBeLessThan(1e-6);
      else expect(off).toBeGreaterThan(1e-3);
    },
  );

  it("with a margin loss is marginSoftmax of body and centres", () => {
    const model = cosineClassifier(body, { features: 4, classes: 3 });
    const { params, state } = model.init(key(2));
    const { body: inner, centers } = params as { body: never; centers: np.Array };
    const x = np.array(examples.x.slice(0, 12), { shape: [6, 2] });
    const y = np.array(Int32Array.of(0, 1, 2, 0, 1, 2));
    const margin = { kind: "arcface", m: 0.3 } as const;
    const [embeddings] = body.apply({ params: leavesCopied(inner), state: {} }, x.ref, { training: false });
    const expected = marginSoftmax(embeddings, centers.ref, y.ref, { margin }).dataSync();
    const [cosines] = model.apply({ params, state }, x, { training: false });
    const values = marginCrossEntropy(cosines, y, { margin }).dataSync();
    values.forEach((v, i) => {
      expect(v).toBeCloseTo(expected[i], 5);
    });
  });

  it("starts from the same centres of unit norm for the same key, whatever the constraint", () => {
    const start = (constraint: "reparametrised" | "projected", seed: number) => {
      const { params } = cosineClassifier(body, { features: 4, classes: 3, constraint }).init(key(seed));
      return (params as { centers: np.Array }).centers.js() as number[][];
    };
    expect(start("projected", 5)).toEqual(start("reparametrised", 5));
    expect(start("projected", 5)).not.toEqual(start("projected", 6));
    const first = start("projected", 5).map((row) => row[0]);
    expect(Math.hypot(...first)).toBeCloseTo(1, 6);
  });

  it("refuses a body of another length, one class, and unknown constraints", () => {
    const model = cosineClassifier(body, { features: 5, classes: 3 });
    const x = np.array(examples.x.slice(0, 4), { shape: [2, 2] });
    expect(() => model.apply(model.init(key(1)), x, { training: false })).toThrow(/body: .*\[batch, 5\]/);
    expect(() => cosineClassifier(body, { features: 4, classes: 1 })).toThrow(/classes: .*>= 2, got 1/);
    expect(() => cosineClassifier(body, { features: 4, classes: 2, constraint: "none" as never })).toThrow(
      /constraint: expected one of/,
    );
  });
});

describe("keepUnitNorm", () => {
  it("leaves other parameters' updates alone and refuses parameters without the matrix", () => {
    const params = () => ({ w: random.normal(random.key(1), [3, 2]), b: np.array([1, 2]) });
    const plain = sgd(0.1);
    const kept = chain(sgd(0.1), keepUnitNorm("w"));
    const run = (t: typeof kept) => {
      const p = params();
      const g = { w: p.w.ref, b: p.b.ref };
      const [updates] = t.update(g, t.init(p), p);
      return (updates as { b: np.Array; w: np.Array }).b.js();
    };
    expect(run(kept)).toEqual(run(plain));
    expect(() => keepUnitNorm("v").init(params())).toThrow(/params: expected an object with a matrix v/);
    expect(() => keepUnitNorm("b").init(params())).toThrow(/params: expected an object with a matrix b/);
  });
});

function leavesCopied(params: never): never {
  for (const leaf of leavesOf(params)) void leaf.ref;
  return params;
}
