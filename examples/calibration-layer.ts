/*
 * Predicts how strong a concrete gets from its recipe and its first tests: a network whose output is a fitted curve.
 *
 * Concrete hardens by a known law with two numbers a mix, `f(t) = exp(a + s (1 - sqrt(28 / t)))` in MPa after t days. A network sees
 * the recipe, and says which two numbers it expects, how sure it is of each, and how much a test within the first fortnight counts.
 * A least-squares fit makes the curve of both. The fit is a layer: the error of the curve at four weeks and later is
 * differentiated through its minimum, so that the network learns expectations that are right once they are fitted.
 *
 *     npx node --conditions=minimand-source examples/calibration-layer.ts
 */

import { readFile } from "node:fs/promises";
import { gunzipSync } from "node:zlib";
import { numpy as np } from "@jax-js/jax";
import { dataFile } from "@minimand/data";
import { type ImplicitSolution, implicitValue, leastSquaresSolver } from "@minimand/lab/solvers";
import { adam, mlp } from "minimand";
import {
  compiledValueAndGrad,
  compileWithJit,
  derive,
  disposeTree,
  keyOf,
  randomSource,
  refTree,
  shuffle,
  type Tree,
} from "minimand/engine";
import { applyUpdates } from "minimand/optimizers";
import { startEngine } from "minimand/start";

/** A recipe and its tests: days and MPa. */
interface Mix {
  recipe: number[];
  early: [number, number][];
  late: [number, number][];
}

/** Root mean square errors in MPa, at four weeks and later, of mixes that no training saw. */
export interface CalibrationResult {
  mixes: number;
  tests: number;
  /** The curve through the early tests, with what all mixes have in common where they are few. */
  curve: number;
  /** What the network expects, trained to be right without a fit. */
  network: number;
  /** Both, trained through the fit. */
  together: number;
}

export async function calibrate({ steps = 150, seed = 1 } = {}): Promise<CalibrationResult> {
  const all = await mixes(seed);
  const cut = Math.round(0.7 * all.length);
  const [known, fresh] = [all.slice(0, cut), all.slice(cut)].map((own) =>
    arraysOf(own, scaling(all.slice(0, cut))),
  );
  const tests = all.slice(cut).reduce((sum, { late }) => sum + late.length, 0);
  const curve = await trained("curve", known, fresh, { steps, seed });
  const network = await trained("network", known, fresh, { steps, seed });
  const together = await trained("together", known, fresh, { steps, seed });
  disposeTree([known, fresh]);
  return { mixes: all.length, tests, curve, network, together };
}

/** Rows are mixes; tests that a mix hasn't had weigh 0. */
type Mixes = { recipe: np.Array; early: Tests; late: Tests };
type Tests = { days: np.Array; strength: np.Array; weights: np.Array };
/** What a fit is told beside the tests: expectations of a and s, and how much each counts `[mixes, 2]`; how much tests do `[mixes, 1]`. */
type Told = { expected: np.Array; sure: np.Array; trust: np.Array };
type Theta = { told: Told; tests: Tests };

/** The curves `w = [a, s]` at days `[mixes, tests]`. */
function strengthOf(w: np.Array, days: np.Array): np.Array {
  const column = (i: number) => w.ref.slice([], [i, i + 1]);
  const gain = np.sqrt(np.reciprocal(days).mul(28)).neg().add(1);
  const strength = np.exp(column(0).add(column(1).mul(gain)));
  w.dispose();
  return strength;
}

/** What the fit minimises the squares of: misses of tests by 3 MPa, and of expectations, weighted. */
function misses(w: np.Array, { told, tests }: Theta): np.Array {
  const ofTests = strengthOf(w.ref, tests.days).sub(tests.strength).div(3).mul(tests.weights).mul(told.trust);
  return np.concatenate([ofTests, w.sub(told.expected).mul(told.sure)], 1);
}

type Arm = "curve" | "network" | "together";

async function trained(
  arm: Arm,
  known: Mixes,
  fresh: Mixes,
  { steps, seed }: { steps: number; seed: number },
): Promise<number> {
  const model = mlp({ inputs: 7, hidden: [16], outputs: 5, activation: "tanh" });
  const solver = leastSquaresSolver(misses);
  let { params } = model.init(keyOf(seed)) as { params: Tree };
  /** What the fit is told; the curve alone sees no recipe. */
  const tell = compileWithJit((p: Tree, recipe: np.Array): Told => {
    const x = arm === "curve" ? recipe.mul(0) : recipe;
    const [output] = model.apply({ params: p, state: {} }, x, { training: true });
    const part = (from: number, to: number) => output.ref.slice([], [from, to]);
    // Usual numbers of a concrete, about which the network starts.
    const usual = np.array([3.5, 0.25]);
    const told = {
      expected: part(0, 2).mul(0.3).add(usual),
      sure: np.exp(part(2, 4)).mul(3),
      trust: np.exp(part(4, 5)),
    };
    output.dispose();
    return told;
  });
  const fitted = (told: Told, tests: Tests): ImplicitSolution => {
    const w0 = np.array(
      Float32Array.from({ length: 2 * tests.days.shape[0] }, (_, i) => [3.5, 0.25][i % 2]),
      {
        shape: [tests.days.shape[0], 2],
      },
    );
    return solver.solve({ told, tests }, w0).solution;
  };
  const error = (w: np.Array, { days, strength, weights }: Tests): np.Array => {
    const squares = np.square(strengthOf(w, days).sub(strength)).mul(weights.ref);
    return squares.sum().div(weights.sum());
  };
  const run = compiledValueAndGrad((p: Tree, data: Mixes, solution: ImplicitSolution): np.Array => {
    const told = tell(p, data.recipe);
    if (arm === "network") {
      disposeTree([told.sure, told.trust, data.early, solution]);
      return error(told.expected, data.late);
    }
    return error(implicitValue(misses, { told, tests: data.early }, solution), data.late);
  });

  const optimizer = adam(0.01);
  let state = optimizer.init(params);
  const lossAndGradient = (data: Mixes): [number, Tree] => {
    const solution = fitted(tell(refTree(params), data.recipe.ref), refTree(data.early));
    const [loss, gradient] = run(refTree(params), refTree(data), solution);
    return [loss.item(), gradient];
  };
  for (let i = 0; i < steps; i++) {
    const [, gradient] = lossAndGradient(known);
    const [updates, next] = optimizer.update(gradient, state, refTree(params));
    [params, state] = [applyUpdates(params, updates), next];
  }
  const [loss, gradient] = lossAndGradient(fresh);
  disposeTree([gradient, params, state]);
  for (const program of [solver, tell, run]) program.dispose();
  return Math.sqrt(loss);
}

/** Mixes that were tested both within a fortnight and later, in an order of the seed. */
async function mixes(seed: number): Promise<Mix[]> {
  const text = gunzipSync(await readFile(dataFile("concrete.csv.gz"))).toString();
  const found = new Map<string, Mix>();
  for (const row of text.trim().split("\n").slice(1)) {
    const numbers = row.split(",").map(Number);
    const [recipe, [days, strength]] = [numbers.slice(0, 7), numbers.slice(7)];
    const mix = found.get(recipe.join()) ?? { recipe, early: [], late: [] };
    found.set(recipe.join(), mix);
    (days <= 14 ? mix.early : mix.late).push([days, strength]);
  }
  const tested = [...found.values()].filter(({ early, late }) => early.length > 0 && late.length > 0);
  return [...shuffle(Int32Array.from(tested.keys()), randomSource(derive(seed, 1)))].map((i) => tested[i]);
}

/** Mean and deviation of each ingredient. */
function scaling(own: readonly Mix[]): { mean: number; deviation: number }[] {
  return own[0].recipe.map((_, i) => {
    const values = own.map(({ recipe }) => recipe[i]);
    const mean = values.reduce((a, b) => a + b) / values.length;
    const deviation = Math.sqrt(values.reduce((sum, v) => sum + (v - mean) ** 2, 0) / values.length);
    return { mean, deviation: deviation || 1 };
  });
}

function arraysOf(own: readonly Mix[], scales: ReturnType<typeof scaling>): Mixes {
  const testsOf = (which: "early" | "late"): Tests => {
    const most = Math.max(...own.map((mix) => mix[which].length));
    const table = (f: (test: [number, number] | undefined) => number) =>
      np.array(
        Float32Array.from(own.flatMap((mix) => Array.from({ length: most }, (_, i) => f(mix[which][i])))),
        { shape: [own.length, most] },
      );
    return {
      days: table((test) => test?.[0] ?? 28),
      strength: table((test) => test?.[1] ?? 0),
      weights: table((test) => (test === undefined ? 0 : 1)),
    };
  };
  const recipes = own.flatMap(({ recipe }) =>
    recipe.map((v, i) => (v - scales[i].mean) / scales[i].deviation),
  );
  return {
    recipe: np.array(Float32Array.from(recipes), { shape: [own.length, 7] }),
    early: testsOf("early"),
    late: testsOf("late"),
  };
}

if (import.meta.main) {
  await startEngine();
  const { mixes: count, tests, curve, network, together } = await calibrate();
  console.log(`${count} concretes; ${tests} later tests of those that no training saw, error in MPa:\n`);
  console.log(`curve through the first tests    ${curve.toFixed(2)}`);
  console.log(`network of the recipe            ${network.toFixed(2)}`);
  console.log(`network and curve, end to end    ${together.toFixed(2)}`);
}
