import { grad, jit, numpy as np } from "@jax-js/jax";
import { describe, expect, it } from "vitest";
import { leakOf } from "../../../../../test/support/leaks.ts";
import { itIsALossOfExamples, itRefusesUnknownOptions } from "../example-loss.fixture.ts";
import { expectAsInFloat64, largeMargin } from "../large-margins.fixture.ts";
import { closeTo, numbers } from "../numbers.fixture.ts";
import { expectParametersAsInputs } from "../parameters.fixture.ts";
import type { LossOptions } from "../per-example.ts";
import type { PairLogps } from "./index.ts";
import { conformingPreferenceLosses, pairsFrom } from "./preference-conformance.ts";

const batch = 6;
const flat = (phase: number) =>
  Float32Array.from({ length: 2 * batch }, (_, i) => -6 + 4 * Math.sin(3 * i + phase));
const array = (values: ArrayLike<number>) => np.array(Float32Array.from(values), { shape: [batch, 2] });
const policy = () => array(flat(1));
const reference = () => array(flat(2.2));
/** The policy prefers the chosen response to the rejected one, or the other way round, by a large margin. */
const farPolicy = Array.from({ length: batch }, (_, i) => largeMargin(i)).flatMap((margin) => [
  Math.min(margin, 0) - 2,
  Math.min(-margin, 0) - 2.5,
]);
const close = closeTo(2e-5);

describe.each(conformingPreferenceLosses.filter((c) => c.isVariant).map((c) => [c.name, c] as const))(
  "%s",
  (_, { loss, parameters }) => {
    it("takes its parameters as inputs of a program, with the values of numbers, and leaves no array alive", () => {
      expectParametersAsInputs((f, given) => loss(pairsFrom(f, reference()), {}, given), policy, parameters);
      expect(leakOf(() => loss(pairsFrom(policy(), reference()), {}).dataSync())).toBe(0);
    });

    it("has values and gradients of float64 at margins of 20, 60 and 300", () => {
      const values = (f: np.Array, y: np.Array) => loss(pairsFrom(f, y), {});
      const gradient = grad((f: np.Array, y: np.Array) => values(f, y).mean());
      expectAsInFloat64(values, { values, gradient }, farPolicy, [batch, 2], reference);
    });
  },
);

describe.each(conformingPreferenceLosses.filter((c) => !c.isVariant).map((c) => [c.name, c] as const))(
  "%s",
  (_, { name, loss, parameters, atReference, wholeBatch, chosenOnly }) => {
    const ofRows = (f: np.Array, y: np.Array, options: LossOptions, given?: Parameters<typeof loss>[2]) =>
      loss(pairsFrom(f, y), options, given);
    const gradient = grad((f: np.Array, y: np.Array) => ofRows(f, y, {}).mean());
    const compiledGradient = jit(gradient);

    if (!wholeBatch)
      itIsALossOfExamples({
        name,
        loss: ofRows,
        parameters,
        first: policy,
        second: reference,
        far: farPolicy,
      });
    else itIsALossOfABatch();

    function itIsALossOfABatch(): void {
      itRefusesUnknownOptions(name, (options) => ofRows(policy(), reference(), options));

      it("has the same value and gradient compiled as eagerly, with parameters that are inputs, too", () => {
        const eager = numbers(gradient(policy(), reference()));
        expect(eager.some((g) => g !== 0)).toBe(true);
        close(numbers(compiledGradient(policy(), reference())), eager);
        const exact = (f: np.Array, y: np.Array) => ofRows(f, y, {});
        const programs = { values: exact, gradient: compiledGradient };
        expectAsInFloat64(exact, programs, farPolicy, [batch, 2], reference);
        expectParametersAsInputs((f, given) => ofRows(f, reference(), {}, given), policy, parameters);
      });

      it("leaves rows of weight 0 out, whatever they hold, and multiplies by weights", () => {
        const kept = [true, false, true, true, false, true];
        const rows = (x: ArrayLike<number>, fill?: number) =>
          Array.from(x).map((v, i) => (kept[i >> 1] ? v : (fill ?? v)));
        const only = (x: Float32Array) => array([...x.filter((_, i) => kept[i >> 1]), ...x].slice(0, 12));
        const bad = [flat(1), flat(2.2)].map((x) => array(rows(x, Number.NaN)));
        const w = kept.map(Number);
        const lengths = (from: number) =>
          Float32Array.from({ length: batch }, (_, i) => 1 + ((i + from) % 4)).filter((_, i) => kept[i]);
        const four = pairsFrom(only(flat(1)), only(flat(2.2)));
        const cut: PairLogps = {
          ...(Object.fromEntries(
            Object.entries(four).map(([key, x]) => [key, (x as np.Array).slice([0, 4])]),
          ) as unknown as PairLogps),
          chosenLengths: np.array(lengths(0)),
          rejectedLengths: np.array(lengths(2)),
        };
        const expected = numbers(loss(cut, {}));
        const values = numbers(ofRows(bad[0].ref, bad[1].ref, { weights: np.array(w) }));
        close(
          values.filter((_, i) => kept[i]),
          expected,
        );
        expect(values.filter((v, i) => !kept[i] && v !== 0)).toEqual([]);
        const twice = ofRows(bad[0].ref, bad[1].ref, { weights: np.array(w.map((v) => 2 * v)) });
        close(
          numbers(twice),
          values.map((v) => 2 * v),
        );
        const run = jit(grad((f: np.Array, y: np.Array, v: np.Array) => ofRows(f, y, { weights: v }).mean()));
        const g = numbers(run(bad[0], bad[1], np.array(w)));
        expect(g.every((v, i) => Number.isFinite(v) && (kept[i >> 1] || v === 0))).toBe(true);
      });

      it("gives examples in another order their values in that order", () => {
        const order = [3, 1, 5, 0, 4, 2];
        const turned = (x: ArrayLike<number>) => order.flatMap((i) => [x[2 * i], x[2 * i + 1]]);
        const same = (pairs: PairLogps): PairLogps => ({
          ...pairs,
          chosenLengths: np.ones([batch]),
          rejectedLengths: np.ones([batch]),
        });
        const plain = numbers(loss(same(pairsFrom(policy(), reference())), {}));
        const other = numbers(loss(same(pairsFrom(array(turned(flat(1))), array(turned(flat(2.2))))), {}));
        close(
          other,
          order.map((i) => plain[i]),
        );
      });

      it("leaves no array alive and consumes what it is given", () => {
        const [f, y, w] = [policy(), reference(), np.array([1, 0, 2, 0.5, 1, 0])];
        expect(leakOf(() => ofRows(f.ref, y.ref, {}).dataSync())).toBe(0);
        expect(leakOf(() => ofRows(f.ref, y.ref, { weights: w.ref }).dataSync())).toBe(0);
        expect(leakOf(() => compiledGradient(f.ref, y.ref).dataSync())).toBe(0);
        expect([f, y, w].map((x) => x.refCount)).toEqual([1, 1, 1]);
      });
    }

    it("consumes every array of the pairs once", () => {
      const pairs = pairsFrom(policy(), reference());
      const arrays = Object.values(pairs) as np.Array[];
      for (const x of arrays) void x.ref;
      loss(pairs, {}).dispose();
      expect(arrays.map((x) => x.refCount)).toEqual([1, 1, 1, 1, 1, 1]);
    });

    if (atReference !== undefined)
      it("has its known value where policy and reference agree", () => {
        close(numbers(ofRows(policy(), policy(), {})), Array(batch).fill(atReference), 1e-5);
      });

    it(`raises the chosen response${chosenOnly ? " alone" : ", and lowers the rejected one"}, starting from the reference`, () => {
      const g = numbers(gradient(policy(), policy()));
      const [chosen, rejected] = [0, 1].map((k) => g.filter((_, i) => i % 2 === k));
      const down = name.startsWith("apoDown");
      // Its pulls are 1/4 up and 1/4 down at the start, then down for both.
      if (down) expect(chosen.every((v) => Math.abs(v) < 1e-6)).toBe(true);
      else expect(chosen.every((v) => v < 0)).toBe(true);
      if (chosenOnly) expect(rejected.every((v) => v === 0)).toBe(true);
      else if (!name.includes("given responses")) expect(rejected.every((v) => v > 0)).toBe(true);
    });

    it("sends no gradient to the reference", () => {
      const toReference = jit(grad((y: np.Array, f: np.Array) => ofRows(f, y, {}).mean()));
      expect(numbers(toReference(reference(), policy())).every((g) => g === 0)).toBe(true);
    });

    it("has a finite gradient at log-probabilities that are 1e4 apart", () => {
      const far = (phase: number) => array(flat(phase).map((v) => (v > -6 ? -1 : -1e4)));
      for (const [f, y] of [
        [1, 2.2],
        [2.2, 1],
        [1, 1],
      ]) {
        expect(numbers(ofRows(far(f), far(y), {})).every(Number.isFinite)).toBe(true);
        expect(numbers(compiledGradient(far(f), far(y))).every(Number.isFinite)).toBe(true);
      }
    });

    it("refuses what are no pairs, in one line that names the argument", () => {
      const given = () => pairsFrom(policy(), reference());
      const withLogps = (change: Partial<PairLogps>) => () => loss({ ...given(), ...change }, {});
      expect(withLogps({ refChosen: np.array([-1, -2]) })).toThrow(
        /^refChosen: expected shape \[6\], got float32\[2\]$/,
      );
      expect(withLogps({ policyRejected: np.array(new Int32Array(6)) })).toThrow(
        /^policyRejected: expected a float array \[batch\], got int32\[6\]$/,
      );
      expect(withLogps({ policyChosen: np.array([-1, 0.3, -1, -2, -1, -1]) })).toThrow(
        /^policyChosen: expected finite log-probabilities <= 0, got 0\.3/,
      );
      for (const wrong of [Number.NaN, -Infinity])
        expect(withLogps({ refRejected: np.array([-1, wrong, -1, -2, -1, -1]) })).toThrow(
          `refRejected: expected finite log-probabilities <= 0, got ${wrong}`,
        );
      expect(withLogps({ chosenLengths: np.array([1, 2, 0, 1, 1, 1]) })).toThrow(
        /^chosenLengths: expected at least one token in each response, got 0$/,
      );
      expect(() => loss(given(), { weights: np.array([1, -1, 1, 1, 1, 1]) })).toThrow(/^weights/);
      for (const [parameter, wrong] of [
        ["beta", 0],
        ["beta", -1],
        ["epsilon", 0.5],
        ["epsilon", -0.1],
        ["eta", -1],
        ["nllWeight", -1],
        ["tau", 0],
      ] as const)
        if (parameter in parameters)
          expect(() => loss(given(), {}, { ...parameters, [parameter]: wrong })).toThrow(
            new RegExp(`^${parameter}: expected a finite number .*, got ${wrong}$`),
          );
    });
  },
);
