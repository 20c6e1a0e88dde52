import { grad, jit, numpy as np, random } from "@jax-js/jax";
import { describe, expect, it } from "vitest";
import { leakOf } from "../../../../../../test/support/leaks.ts";
import { closeTo, numbers } from "../../numbers.fixture.ts";
import { ensLoss, ensLossDerivatives, ensLossOneVsRest, ensLossPairwise } from "../index.ts";

const floats = (x: number[]) => np.array(new Float32Array(x));
const close = closeTo(3e-6);
const [batch, classes] = [5, 3];
const labels = [0, 2, 1, 1, 0];
const ids = () => np.array(new Int32Array(labels));
const flat = Array.from({ length: batch * classes }, (_, i) => 2.5 * Math.sin(2 * i + 1));
const draws = Array.from({ length: batch * classes }, (_, i) => 1.3 * Math.cos(5 * i));
const logits = () => floats(flat).reshape([batch, classes]);
const noise = () => floats(draws).reshape([batch, classes]);
const isLabel = (i: number) => labels[Math.floor(i / classes)] === i % classes;
const gradient = (loss: typeof ensLossOneVsRest): number[] =>
  numbers(jit(grad((f: np.Array, u: np.Array) => loss(f, ids(), { noise: u }).mean()))(logits(), noise()));

describe("ensLossOneVsRest", () => {
  it("hands one ranking out over all margins", () => {
    const margins = flat.map((f, i) => (isLabel(i) ? f : -f));
    const g = numbers(ensLossDerivatives(floats(margins), floats(draws)));
    close(
      gradient(ensLossOneVsRest),
      g.map((v, i) => ((isLabel(i) ? 1 : -1) * v) / batch),
    );
  });

  it("or one for each class", () => {
    const value = numbers(ensLossOneVsRest(logits(), ids(), { noise: noise(), ranking: "class" }));
    const expected = new Array<number>(batch).fill(0);
    for (let k = 0; k < classes; k++) {
      const column = (x: number[]) => labels.map((_, b) => x[b * classes + k]);
      const oneVsRest = np.array(new Int32Array(labels.map((y) => Number(y === k))));
      numbers(ensLoss(floats(column(flat)), oneVsRest, { noise: floats(column(draws)) })).forEach((v, b) => {
        expected[b] += v;
      });
    }
    close(value, expected);
  });
});

describe("ensLossPairwise", () => {
  it("ranks the margins between the label and each other class together", () => {
    const others = flat.map((_, i) => i).filter((i) => !isLabel(i));
    const own = (i: number) => flat[Math.floor(i / classes) * classes + labels[Math.floor(i / classes)]];
    const g = numbers(
      ensLossDerivatives(floats(others.map((i) => own(i) - flat[i])), floats(others.map((i) => draws[i])), {
        tail: "inverse-log2",
      }),
    );
    const expected = new Array<number>(flat.length).fill(0);
    others.forEach((i, j) => {
      expected[i] -= g[j] / batch;
      expected[Math.floor(i / classes) * classes + labels[Math.floor(i / classes)]] += g[j] / batch;
    });
    close(gradient(ensLossPairwise), expected);
  });

  it("is the binary loss of f_1 - f_0 for two classes", () => {
    const two = () => floats(flat.slice(0, 10)).reshape([5, 2]);
    const y = [0, 1, 1, 0, 1];
    const id = () => np.array(new Int32Array(y));
    const used = y.map((c, b) => draws[2 * b + (1 - c)]);
    close(
      numbers(
        ensLossPairwise(two(), id(), { noise: floats(draws.slice(0, 10)).reshape([5, 2]), tail: "inverse" }),
      ),
      numbers(ensLoss(two(), id(), { noise: floats(used) })),
    );
  });
});

describe.each([
  ["ensLossOneVsRest", ensLossOneVsRest],
  ["ensLossOneVsRest by class", (f, y, o) => ensLossOneVsRest(f, y, { ...o, ranking: "class" })],
  ["ensLossPairwise", ensLossPairwise],
] as [string, typeof ensLossPairwise][])("%s", (_, loss) => {
  it("keeps rows of weight 0 out of the ranking", () => {
    const w = [1, 0, 1, 1, 1];
    const rows = [0, 2, 3, 4];
    const some = (x: number[]) => rows.flatMap((b) => x.slice(b * classes, (b + 1) * classes));
    const dirty = flat.map((f, i) => (Math.floor(i / classes) === 1 ? Number.NaN : f));
    const values = numbers(
      loss(floats(dirty).reshape([batch, classes]), ids(), { noise: noise(), weights: floats(w) }),
    );
    const expected = numbers(
      loss(floats(some(flat)).reshape([4, classes]), np.array(new Int32Array(rows.map((b) => labels[b]))), {
        noise: floats(some(draws)).reshape([4, classes]),
      }),
    );
    close(
      rows.map((b) => values[b]),
      expected,
    );
    expect(values[1]).toBe(0);
  });

  it("draws from a key that is an argument of a compiled gradient, the same as eagerly, without a leak", () => {
    const mean = grad((f: np.Array, y: np.Array, key: np.Array) => loss(f, y, { key }).mean());
    const f = logits();
    const y = ids();
    const key = random.key(2);
    const compiled = jit(mean);
    close(numbers(compiled(f.ref, y.ref, key.ref)), numbers(mean(f.ref, y.ref, key.ref)));
    expect(leakOf(() => compiled(f.ref, y.ref, key.ref).dataSync())).toBe(0);
    expect(leakOf(() => loss(f.ref, y.ref, { key: key.ref }).dataSync())).toBe(0);
    expect([f.refCount, y.refCount, key.refCount]).toEqual([1, 1, 1]);
  });

  it("refuses distributions and labels out of range", () => {
    const key = () => random.key(2);
    expect(() => loss(logits(), np.ones([batch, classes]).div(3), { key: key() })).toThrow(TypeError);
    expect(() => loss(logits(), np.array(new Int32Array([0, 3, 1, 1, 0])), { key: key() })).toThrow(
      /labels: expected class ids from 0 to 2, got 3/,
    );
    expect(() => loss(logits(), ids(), { noise: floats([1, 2]) })).toThrow(/^noise: /);
  });
});
