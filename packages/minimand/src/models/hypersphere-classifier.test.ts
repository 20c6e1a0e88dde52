import { numpy as np } from "@jax-js/jax";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { liveBuffers } from "../../../../test/support/leaks.ts";
import { HypersphereClassifier, type HypersphereData } from "./index.ts";

const matrix = (rows: readonly (readonly number[])[]) =>
  np.array(Float32Array.from(rows.flat()), { shape: [rows.length, rows[0].length] });
const identity = (x: np.Array) => x;
/** Two trained classes in space, along the first two axes. */
const trained = (classNames = ["east", "north"]) =>
  HypersphereClassifier.fromCenters(
    identity,
    matrix([
      [2, 0],
      [0, 0.5],
      [0, 0],
    ]),
    { scale: 10, classNames },
  );
const vector = fc
  .array(fc.integer({ min: -20, max: 20 }), { minLength: 3, maxLength: 3 })
  .filter((v) => v.some((x) => x !== 0));
const support = fc.array(vector, { minLength: 1, maxLength: 4 }).filter((rows) => {
  const mean = [0, 1, 2].map((k) => rows.reduce((s, r) => s + r[k] / Math.hypot(...r), 0));
  return Math.hypot(...mean) > 0.1;
});
const few = { numRuns: 25 };

describe("a class added from examples", () => {
  it("has the direction of the only example, whose cosine is then 1", async () => {
    await fc.assert(
      fc.asyncProperty(vector, async (v) => {
        const classifier = await (await trained()).addClass("new", matrix([v]));
        const { cosines } = await classifier.recognize(matrix([v]));
        expect(cosines[0]).toBeCloseTo(1, 12);
        const norm = Math.hypot(...v);
        classifier.save().directions[2].forEach((x, k) => {
          expect(x).toBeCloseTo(v[k] / norm, 6);
        });
      }),
      few,
    );
  });

  it("has the same direction when the examples are scaled, each by its own factor, or given twice", async () => {
    await fc.assert(
      fc.asyncProperty(
        support,
        fc.array(fc.integer({ min: 0, max: 6 }), { minLength: 4, maxLength: 4 }),
        async (rows, powers) => {
          const direction = async (r: number[][]) =>
            (await (await trained()).addClass("new", matrix(r))).save().directions[2];
          const plain = await direction(rows);
          const scaled = await direction(rows.map((row, i) => row.map((v) => v * 2 ** powers[i])));
          const twice = await direction([...rows, ...rows]);
          plain.forEach((v, k) => {
            expect(scaled[k]).toBeCloseTo(v, 12);
            expect(twice[k]).toBeCloseTo(v, 12);
          });
        },
      ),
      few,
    );
  });

  it("leaves the logits of the others as they were to the last bit, in whatever order classes come", async () => {
    await fc.assert(
      fc.asyncProperty(
        support,
        support,
        fc.array(vector, { minLength: 2, maxLength: 2 }),
        async (a, b, queries) => {
          const columns = async (classifier: HypersphereClassifier) => {
            const flat = await classifier.logits(matrix(queries));
            const width = classifier.classNames.length;
            return Object.fromEntries(
              classifier.classNames.map((name, j) => [name, queries.map((_, i) => flat[i * width + j])]),
            );
          };
          const before = await columns(await trained());
          const ab = await (await (await trained()).addClass("a", matrix(a))).addClass("b", matrix(b));
          const ba = await (await (await trained()).addClass("b", matrix(b))).addClass("a", matrix(a));
          expect(await columns(ab)).toEqual(await columns(ba));
          expect(await columns(ab)).toMatchObject(before);
          expect(ab.classNames).toEqual(["east", "north", "a", "b"]);
        },
      ),
      few,
    );
  });

  it("refuses names in use, no examples, zero embeddings and opposite ones, and stays as it was", async () => {
    const classifier = await trained();
    const before = classifier.save();
    await expect(classifier.addClass("east", matrix([[1, 0, 0]]))).rejects.toThrow(
      'classNames[2]: expected a name not yet used, got "east"',
    );
    await expect(classifier.addClass("up", np.zeros([0, 3]))).rejects.toThrow(/at least one example/);
    await expect(
      classifier.addClass(
        "up",
        matrix([
          [0, 0, 1],
          [0, 0, 0],
        ]),
      ),
    ).rejects.toThrow("embeddings, row 1: expected a vector with a direction");
    await expect(
      classifier.addClass(
        "up",
        matrix([
          [0, 0, 2],
          [0, 0, -1],
        ]),
      ),
    ).rejects.toThrow('support of "up": expected embeddings with a common direction');
    await expect(classifier.addClass("up", matrix([[0, 0, Number.NaN]]))).rejects.toThrow(/got NaN/);
    await expect(classifier.addClass("up", matrix([[1, 0]]))).rejects.toThrow(/expected 3 features/);
    await expect(classifier.addClass("", matrix([[1, 0, 0]]))).rejects.toThrow(TypeError);
    expect(classifier.save()).toEqual(before);
  });
});

describe("the classifier", () => {
  it("predicts old and new classes, with probabilities that are the softmax of the logits", async () => {
    const classifier = await (await trained()).addClass("up", matrix([[0, 0, 1]]));
    const x = () =>
      matrix([
        [5, 1, 0],
        [0, 2, 1],
        [0.1, 0, 3],
      ]);
    expect([...(await classifier.predict(x()))]).toEqual([0, 1, 2]);
    const [logits, probabilities] = [await classifier.logits(x()), await classifier.predictProba(x())];
    for (let i = 0; i < 9; i += 3) {
      const e = [0, 1, 2].map((j) => Math.exp(logits[i + j]));
      const sum = e.reduce((a, b) => a + b, 0);
      e.forEach((v, j) => {
        expect(probabilities[i + j]).toBeCloseTo(v / sum, 12);
      });
    }
  });

  it("rejects what is far from all classes, and nothing once told to", async () => {
    const classifier = (await trained()).rejectBelow(0.8);
    const x = () =>
      matrix([
        [1, 0.1, 0],
        [1, 1, 0],
        [0, 0, 1],
      ]);
    expect([...(await classifier.predict(x()))]).toEqual([0, -1, -1]);
    expect([...(await classifier.rejectBelow(null).predict(x()))]).toEqual([0, 0, 0]);
    expect(() => classifier.rejectBelow(1.5)).toThrow(/cosine: .*<= 1, got 1.5/);
  });

  it("serves a new task with the new classes only", async () => {
    const task = await (await trained()).newTask({ up: matrix([[0, 0, 1]]), west: matrix([[-1, 0, 0]]) });
    expect(task.classNames).toEqual(["up", "west"]);
    expect(task.trainedClasses).toBe(0);
    expect([
      ...(await task.predict(
        matrix([
          [0, 1, 2],
          [-1, 1, 0],
        ]),
      )),
    ]).toEqual([0, 1]);
    await expect((await trained()).newTask({})).rejects.toThrow(/supports: expected at least one class/);
  });

  it("recentred, replaces trained directions by means of examples and keeps added ones", async () => {
    const classifier = await (await trained()).addClass("up", matrix([[0, 0, 1]]));
    await classifier.recenter(
      matrix([
        [1, 1, 0],
        [2, 2, 0],
        [0, 0, 3],
        [0, 0, 1],
      ]),
      [0, 0, 1, 1],
    );
    const root = Math.SQRT1_2;
    classifier.save().directions.forEach((direction, i) => {
      direction.forEach((v, k) => {
        expect(v).toBeCloseTo(
          [
            [root, root, 0],
            [0, 0, 1],
            [0, 0, 1],
          ][i][k],
          6,
        );
      });
    });
    await expect(classifier.recenter(matrix([[1, 1, 0]]), [0])).rejects.toThrow(/none of class 1/);
    await expect(classifier.recenter(matrix([[1, 1, 0]]), [2])).rejects.toThrow(/labels\[0\]: .*<= 1, got 2/);
    await expect(classifier.recenter(matrix([[1, 1, 0]]), [0, 1])).rejects.toThrow(
      /labels: expected 1 class ids/,
    );
  });

  it("chooses the least bias with which the new classes take no more old examples than allowed", async () => {
    const classifier = await (await trained()).addClass("near east", matrix([[1, 0.2, 0]]));
    const old = () =>
      matrix([
        [1, 0.3, 0],
        [1, 0.15, 0],
        [1, -0.1, 0],
        [0.1, 1, 0],
        [1, 0.05, 0],
      ]);
    const labels = [0, 0, 0, 1, 0];
    const kept = async () =>
      (await classifier.predict(old())).reduce((n, id, i) => n + Number(id === labels[i]), 0);
    expect(await kept()).toBe(3);
    await classifier.chooseNovelBias(old(), labels, { keep: 0.8 });
    expect(await kept()).toBe(4);
    const bias = classifier.save().novelBias;
    expect(bias).toBeGreaterThan(0);
    const x = () => matrix([[1, 0.3, 0]]);
    const withBias = await classifier.logits(x());
    const without = await classifier.setNovelBias(0).logits(x());
    expect([...without].map((z, j) => z - withBias[j])).toEqual([0, 0, expect.closeTo(bias, 10)]);
    classifier.setNovelBias(bias * 0.99);
    expect(await kept()).toBe(3);
    await classifier.chooseNovelBias(old(), labels, { keep: 1 });
    expect(await kept()).toBe(5);
    await classifier.chooseNovelBias(old(), labels, { keep: 0.2 });
    expect(classifier.save().novelBias).toBeLessThan(0);
    expect(await kept()).toBe(1);
    await expect((await trained()).chooseNovelBias(old(), labels)).rejects.toThrow(/trained and added ones/);
    expect(() => classifier.setNovelBias(Number.NaN)).toThrow(/bias: .*got NaN/);
  });

  it("comes back from what it saved, through JSON, and refuses what it never saved", async () => {
    const classifier = await (await trained()).addClass("up", matrix([[0, 1, 3]]));
    classifier.setNovelBias(1.5).rejectBelow(0.4);
    const saved = JSON.parse(JSON.stringify(classifier.save())) as HypersphereData;
    const restored = new HypersphereClassifier(identity, saved);
    const x = () =>
      matrix([
        [1, 2, 3],
        [-1, 0, 0],
      ]);
    expect(await restored.logits(x())).toEqual(await classifier.logits(x()));
    expect(await restored.predict(x())).toEqual(await classifier.predict(x()));
    const bad = (change: Partial<HypersphereData>) => () =>
      new HypersphereClassifier(identity, { ...saved, ...change });
    expect(bad({ format: "other" as never })).toThrow(/data.format: expected "minimand.hypersphere\/1"/);
    expect(bad({ classNames: ["a", "b"] })).toThrow(/classNames: expected 3 names/);
    expect(
      bad({
        directions: [
          [1, 0, 0],
          [0, 1, 0],
          [0, 0, 0.5],
        ],
      }),
    ).toThrow(/directions\[2\]: expected unit norm/);
    expect(
      bad({
        directions: [
          [1, 0, 0],
          [0, 1],
          [0, 0, 1],
        ],
      }),
    ).toThrow(/directions\[1\]: expected 3 numbers/);
    expect(bad({ trainedClasses: 4 })).toThrow(/trainedClasses/);
    expect(bad({ scale: 0 })).toThrow(/scale/);
    expect(() => new HypersphereClassifier("f" as never, saved)).toThrow(/embed: expected a function/);
  });

  it("consumes its inputs and leaves nothing alive", async () => {
    const x = matrix([
      [1, 2, 3],
      [3, 2, 1],
    ]);
    const classifier = await trained();
    await classifier.predict(x.ref);
    expect(x.refCount).toBe(1);
    const before = liveBuffers();
    for (let i = 0; i < 5; i++) await classifier.logits(x.ref);
    expect(liveBuffers()).toBe(before);
  });
});

describe("centres", () => {
  it("must be a matrix of directions with a name each", async () => {
    await expect(
      HypersphereClassifier.fromCenters(
        identity,
        matrix([
          [1, 0],
          [2, 0],
        ]),
      ),
    ).rejects.toThrow("centers, column 1: expected a vector with a direction");
    await expect(HypersphereClassifier.fromCenters(identity, np.array([1, 2]))).rejects.toThrow(/centers/);
    await expect(trained(["only one"])).rejects.toThrow(/classNames: expected 2 names/);
    await expect(trained(["same", "same"])).rejects.toThrow(/classNames\[1\]: expected a name not yet used/);
  });
});
