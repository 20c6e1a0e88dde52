import { numpy as np } from "@jax-js/jax";
import { lionK } from "minimand";
import { type Compile, checkFloat64, compileWithJit, disposeTree, refTree, type Tree } from "minimand/engine";
import {
  applyUpdates,
  constraintViolation,
  decayPenalty,
  discreteLyapunov,
  lionLookahead,
  lionMomentum,
  lionOde,
} from "minimand/optimizers";
import { programsOf } from "../../kit/programs.ts";
import type { TrialHost } from "../../reproduction.ts";
import { kappaCase } from "./kappas.ts";
import { minimise, type Problem, problemOf } from "./problem.ts";
import { quadratic as settings } from "./settings.ts";

/** One kappa on the quadratic of one seed. */
export interface QuadraticSpec {
  part: "quadratic";
  kappa: string;
  seed: number;
  fraction: number;
}

/** What the kappa came to. */
export interface QuadraticResult {
  part: "quadratic";
  startViolation: number;
  endViolation: number;
  /** The most by which a step's violation was above `(1 - e lambda)` times the one before; at most 0 by the claim. */
  excess: number;
  /** F at the end minus the minimum, over `1 + |minimum|`. */
  gap: number;
  /** Largest distance of a coordinate to the minimum's, times lambda. */
  distance: number;
  /** The most by which H changed beyond the discrete bound, and what H fell by in all. */
  overBound: number;
  fall: number;
  /** The most by which H rose between points of the differential equation; null for kappas that aren't smooth. */
  rise: number | null;
  /** Curves: violation by step, and its bound; H by time. */
  violations: number[];
  bounds: number[];
  energies: number[];
}

type Step = (rate: np.Array, x: np.Array, state: Tree, A: np.Array, b: np.Array) => Tree[];
interface Programs {
  descend: Step;
  check: (x: np.Array, state: Tree, A: np.Array, b: np.Array, smoothness: np.Array) => Tree[];
}

const programs = programsOf<Programs>();
const { weightDecay, b1, b2 } = settings;

function programsFor({ kappa: id }: QuadraticSpec, compile: Compile | undefined): Programs {
  const { kappa, decomposed } = kappaCase(id);
  const own = decomposed === true ? compileWithJit : (compile ?? compileWithJit);
  return programs(compile, id, () => {
    const constraint = { kappa, weightDecay };
    const gradientAt = (x: np.Array, A: np.Array, b: np.Array): np.Array =>
      np
        .matmul(A, x.reshape([-1, 1]))
        .reshape([-1])
        .sub(b)
        .reshape([3, 2]);
    const common = { ...constraint, b1, b2 };
    const fixed = { ...common, learningRate: settings.checkedRate, scheme: "implicit" } as const;
    const lyapunov = discreteLyapunov(fixed);
    const checked = lionK(settings.checkedRate, fixed);
    return {
      descend: own((rate: np.Array, x: np.Array, state: Tree, A: np.Array, b: np.Array): Tree[] => {
        const g = gradientAt(x.ref, A, b);
        const [updates, next] = lionK(rate, common).update(g, state, x.ref);
        const moved = applyUpdates(x, updates);
        return [moved, next, constraintViolation(constraint, moved.ref)];
      }) as Step,
      check: own((x: np.Array, state: Tree, A: np.Array, b: np.Array, smoothness: np.Array): Tree[] => {
        const g = gradientAt(x.ref, A.ref, b.ref);
        const lookahead = lionLookahead(lionMomentum(state), g.ref, b1);
        const [updates, next] = checked.update(g, state, x.ref);
        const moved = applyUpdates(x, updates);
        const m = lionMomentum(next);
        const after = gradientAt(moved.ref, A, b.ref);
        // x'Ax/2 - b'x = x'(Ax - b - b)/2.
        const loss = moved.ref
          .reshape([-1])
          .mul(after.reshape([-1]).sub(b))
          .sum()
          .mul(0.5);
        const { energy, ...parts } = lyapunov.energy(loss, moved.ref, refTree(m));
        // One program serves all seeds: the term of the smoothness, an input, is added here.
        const { bound, ...terms } = lyapunov.bound(moved.ref, m, lookahead, 0);
        disposeTree([parts, terms.delta1, terms.delta2]);
        const e = lyapunov.implicitLearningRate;
        const curved = terms.squaredVelocity.mul(smoothness).mul((e * e) / 2);
        return [moved, next, energy, bound.add(curved)];
      }) as Programs["check"],
    };
  });
}

/** Runs one kappa; the same spec gives the same result. */
export async function quadraticTrial(spec: QuadraticSpec, host: TrialHost): Promise<QuadraticResult> {
  checkFloat64("the quadratic");
  const { kappa, prox, smooth, learningRate = settings.learningRate } = kappaCase(spec.kappa);
  const problem = problemOf(spec.seed);
  const constraint = { kappa, weightDecay };
  const best = minimise(problem, prox(weightDecay));
  const objective = (x: readonly number[]): number =>
    lossAt(problem, x) + decayPenalty(constraint, matrixOf(x)).item();
  const descent = await descend(spec, problem, learningRate, host.compile);
  const least = objective(best);
  const checked = await check(spec, problem, host.compile);
  const energies = smooth === true ? await follow(spec, problem, host.compile) : [];
  const rises = energies.slice(1).map((h, i) => h - energies[i]);
  return {
    part: "quadratic",
    ...descent.found,
    gap: (objective(descent.end) - least) / (1 + Math.abs(least)),
    distance: weightDecay * Math.max(...descent.end.map((v, i) => Math.abs(v - best[i]))),
    ...checked,
    rise: smooth === true ? Math.max(...rises) : null,
    energies,
  };
}

/** From far outside, with a falling learning rate. */
async function descend(spec: QuadraticSpec, problem: Problem, peak: number, compile: Compile | undefined) {
  const { descend: step } = programsFor(spec, compile);
  const steps = Math.round((settings.steps * settings.learningRate * spec.fraction) / peak);
  const [A, b] = arraysOf(problem);
  const constraint = { kappa: kappaCase(spec.kappa).kappa, weightDecay };
  let x = matrixOf(problem.start);
  let state = lionK(0, { ...constraint, b1, b2 }).init(x);
  let before = constraintViolation(constraint, x.ref).item();
  const startViolation = before;
  let excess = -Infinity;
  let bound = before;
  const violations = [before];
  const bounds = [before];
  for (let t = 0; t < steps; t++) {
    const rate = (peak * (1 + Math.cos((Math.PI * t) / steps))) / 2;
    const out = step(np.array(rate, { dtype: np.float64 }), x, state, A.ref, b.ref);
    [x, state] = out as [np.Array, Tree];
    const after = (await (out[2] as np.Array).data())[0];
    excess = Math.max(excess, after - (1 - rate * weightDecay) * before);
    before = after;
    bound *= 1 - rate * weightDecay;
    if ((t + 1) % settings.every === 0) {
      violations.push(after);
      bounds.push(bound);
    }
  }
  const end = [...((await x.data()) as Float64Array)];
  disposeTree([state, A, b]);
  return { end, found: { startViolation, endViolation: before, excess, violations, bounds } };
}

/** From inside, at a constant learning rate: H against the bound of every step. */
async function check(spec: QuadraticSpec, problem: Problem, compile: Compile | undefined) {
  const { check: step } = programsFor(spec, compile);
  const { kappa } = kappaCase(spec.kappa);
  const [A, b] = arraysOf(problem);
  const smoothness = np.array(problem.smoothness, { dtype: np.float64 });
  let x = insideOf(spec);
  let state = lionK(0.1, { kappa, b1, b2 }).init(x);
  let first: number | undefined;
  let before = Number.NaN;
  let overBound = -Infinity;
  for (let t = 0; t < Math.round(settings.checkedSteps * spec.fraction); t++) {
    const out = step(x, state, A.ref, b.ref, smoothness.ref);
    [x, state] = out as [np.Array, Tree];
    const [energy, bound] = await Promise.all(
      out.slice(2).map(async (a) => (await (a as np.Array).data())[0]),
    );
    if (first !== undefined) overBound = Math.max(overBound, energy - before - bound);
    first ??= energy;
    before = energy;
  }
  disposeTree([x, state, A, b, smoothness]);
  return { overBound, fall: (first ?? Number.NaN) - before };
}

/** H along the differential equation, from inside. */
async function follow(spec: QuadraticSpec, problem: Problem, compile: Compile | undefined) {
  const [A, b] = arraysOf(problem);
  const ode = lionOde({
    loss: (x) => {
      const flat = (x as np.Array).reshape([-1]);
      const product = np.matmul(A.ref, flat.ref.reshape([-1, 1])).reshape([-1]);
      return flat.mul(product.mul(0.5).sub(b.ref)).sum();
    },
    kappa: kappaCase(spec.kappa).kappa,
    weightDecay,
    ...settings.ode,
    compile,
  });
  const m0 = matrixOf(problem.b.map(() => 0));
  const steps = Math.round(settings.odeSteps * spec.fraction);
  const { energy, end } = await ode.solve(insideOf(spec), m0, { h: settings.h, steps, every: 5 });
  disposeTree([end.params, end.momentum, A, b]);
  ode.dispose();
  return energy;
}

/** A start inside: a gradient of K is a point of the set. */
const insideOf = ({ kappa, seed }: QuadraticSpec): np.Array =>
  kappaCase(kappa)
    .kappa.grad(matrixOf(problemOf(seed + 500).b.map((v) => v / 10)))
    .div(weightDecay);

function lossAt({ A, b }: Problem, x: readonly number[]): number {
  return x.reduce((s, v, i) => s + v * (A[i].reduce((t, a, j) => t + a * x[j], 0) / 2 - b[i]), 0);
}

const matrixOf = (x: readonly number[]): np.Array => np.array(Float64Array.from(x), { shape: [3, 2] });
const arraysOf = ({ A, b }: Problem): [np.Array, np.Array] => [
  np.array(Float64Array.from(A.flat()), { shape: [6, 6] }),
  np.array(Float64Array.from(b)),
];
