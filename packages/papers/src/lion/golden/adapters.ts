import { numpy as np } from "@jax-js/jax";
import { refTree, type Tree } from "minimand/engine";
import {
  applyUpdates,
  constraintViolation,
  continuousLyapunov,
  discreteLyapunov,
  type GradientTransformation,
  type Kappa,
  kappa,
  lion,
  lionK,
  lionLookahead,
  lionMomentum,
} from "minimand/optimizers";
import { type Adapters, float } from "../../kit/golden/adapters.ts";

type Options = {
  kappa: string;
  p: number;
  e: number;
  k: number;
  b: number;
  c: number;
  size: number;
  Q: number[][];
};

/** Kappas by the vectors' names. */
const kappas: Record<string, (o: Options) => Kappa> = {
  l1: () => kappa.l1(),
  lp: ({ p }) => kappa.lp(p),
  l2: () => kappa.l2(),
  linf: () => kappa.linf(),
  l2squared: () => kappa.l2squared(),
  lpPower: ({ p }) => kappa.lpPower(p),
  lpSquared: ({ p }) => kappa.lpSquared(p),
  huber: ({ e }) => kappa.huber(e),
  deadzone: ({ e }) => kappa.deadzone(e),
  topk: ({ k }) => kappa.topk(k),
  relativistic: ({ e }) => kappa.relativistic(e),
  logcosh: ({ e }) => kappa.logcosh(e),
  softplus: () => kappa.softplus(),
  logsumexp: () => kappa.logsumexp(),
  max: () => kappa.max(),
  exp: () => kappa.exp(),
  hypentropy: ({ b }) => kappa.hypentropy(b),
  l1PlusQuadratic: ({ c }) => kappa.l1PlusQuadratic(c),
  group: ({ size }) => kappa.group({ size }),
  groupMax: ({ size }) => kappa.groupMax({ size }),
  nuclear: () => kappa.nuclear(),
  spectral: () => kappa.spectral(),
  quadratic: ({ Q }) => kappa.quadratic(Q),
};

function kappaOf(options: Options): Kappa {
  const make = kappas[options.kappa];
  if (make === undefined) throw new Error(`no kappa ${options.kappa}`);
  return make(options);
}

/** K, its gradient, and its conjugate at the gradient and at another point. */
const kappaCase: Adapters[string] = ({ z, y }, options) => {
  const kappa = kappaOf(options);
  // Matrices come as their rows, one after another.
  const shaped = (values: number[]): np.Array =>
    options.rows === undefined ? float(values) : float(values).reshape([options.rows, -1]);
  const at = shaped(z);
  const value = kappa.value(at.ref).item();
  const gradient = kappa.grad(at.ref);
  const conjAtGradK = kappa.conj(gradient.ref).item();
  const inner = gradient.ref.mul(at).sum().item();
  return {
    K: value,
    gradK: gradient.reshape([-1]).js(),
    conjAtGradK,
    fenchelYoungGap: value + conjAtGradK - inner,
    conjAtY: kappa.conj(shaped(y)).item(),
  };
};

/** `x' A x / 2 - b' x`, and its gradient. */
function quadratic(A: number[][], b: number[]): (x: np.Array) => { f: np.Array; g: np.Array } {
  return (x) => {
    const Ax = np.matmul(float(A), x.ref);
    const f = x.ref
      .mul(Ax.ref)
      .sum()
      .mul(0.5)
      .sub(x.mul(float(b)).sum());
    return { f, g: Ax.sub(float(b)) };
  };
}

/** Parameters and optimizer state after every step with the gradients of `gradientAt`. */
function follow(
  optimizer: GradientTransformation,
  x0: number[],
  steps: number,
  gradientAt: (x: np.Array, t: number) => np.Array,
): { xs: number[][]; states: Tree[] } {
  let x = float(x0);
  let state = optimizer.init(x);
  const xs: number[][] = [];
  const states: Tree[] = [];
  for (let t = 0; t < steps; t++) {
    const [updates, next] = optimizer.update(gradientAt(x.ref, t), state, x.ref);
    x = applyUpdates(x, updates);
    state = next;
    xs.push(x.ref.js() as number[]);
    states.push(refTree(state));
  }
  return { xs, states };
}

/** Iterates on a quadratic, at the steps that the vectors show. */
const onQuadratic: Adapters[string] = ({ A, b, x0 }, options, { x }) => {
  const { lr, b1, b2, scheme } = options;
  const kappa = kappaOf(options);
  const at = quadratic(A, b);
  // "...; 15 steps; rows of x are the iterates after steps 1, 8, 15"
  const shown = (/after steps ([\d, ]+)/.exec(scheme)?.[1] ?? "").split(",").map(Number);
  if (shown.length !== x.length) throw new Error(`scheme: expected ${x.length} steps, got ${scheme}`);
  const steps = shown[shown.length - 1];
  const options_ = { kappa, b1, b2, weightDecay: options.lambda };
  const { xs } = follow(lionK(lr, options_), x0, steps, (p) => at(p).g);
  const rows = shown.map((step) => xs[step - 1]);
  const xFinal = rows[rows.length - 1];
  return { x: rows, xFinal, fFinal: at(float(xFinal)).f.item() };
};

const continuous: Adapters[string] = ({ A, b, x, m }, options) => {
  const { alpha, gamma, epsilon } = options;
  const constraint = { kappa: kappaOf(options), weightDecay: options.lambda };
  const lyapunov = continuousLyapunov({ ...constraint, alpha, gamma, epsilon });
  const { f, g } = quadratic(A, b)(float(x));
  const { energy } = lyapunov.energy(f, float(x), float(m));
  const { xDot, mDot, delta1, delta2, energyRate } = lyapunov.field(g, float(x), float(m));
  return {
    H: energy.item(),
    xdot: (xDot as np.Array).js(),
    mdot: (mDot as np.Array).js(),
    delta1: delta1.item(),
    delta2: delta2.item(),
    dHdt: energyRate.item(),
  };
};

const discrete: Adapters[string] = ({ A, b, x0 }, options, expected) => {
  const { b1, b2, epsilon: learningRate } = options;
  const weightDecay = options.lambda;
  const common = { kappa: kappaOf(options), b1, b2, weightDecay, scheme: "implicit" } as const;
  const lyapunov = discreteLyapunov({ ...common, learningRate });
  const at = quadratic(A, b);
  const energy = (x: np.Array, m: Tree): number => lyapunov.energy(at(x.ref).f, x, m).energy.item();
  const optimizer = lionK(learningRate, common);
  let x = float(x0);
  let state = optimizer.init(x);
  const H = [energy(x.ref, lionMomentum(state))];
  const terms: number[][] = [];
  for (let t = 1; t < expected.H.length; t++) {
    const { g } = at(x.ref);
    const lookahead = lionLookahead(lionMomentum(state), g.ref, b1);
    const [updates, next] = optimizer.update(g, state, x.ref);
    x = applyUpdates(x, updates);
    state = next;
    const m = lionMomentum(state);
    H.push(energy(x.ref, refTree(m)));
    const { delta1, delta2, squaredVelocity } = lyapunov.bound(x.ref, m, lookahead, 1);
    terms.push([delta1, delta2, squaredVelocity].map((a) => a.item()));
  }
  return { H, x: x.js(), delta1_delta2_sqnorm: terms, C: lyapunov.c };
};

const named = (prefix: string, names: readonly string[], adapter: Adapters[string]): Adapters =>
  Object.fromEntries(names.map((name) => [`${prefix}${name}`, adapter]));

export const adapters: Adapters = {
  ...named("kappa_", Object.keys(kappas), kappaCase),
  ...named("lionk_quadratic_", Object.keys(kappas), onQuadratic),
  ...named("lyapunov_continuous_", Object.keys(kappas), continuous),
  ...named("lyapunov_discrete_", Object.keys(kappas), discrete),

  lion_steps: ({ x0, grads }, { b1, b2, lr, weightDecay }) => {
    const optimizer = lion(lr, { b1, b2, weightDecay });
    const { xs, states } = follow(optimizer, x0, grads.length, (x, t) => {
      x.dispose();
      return float(grads[t]);
    });
    return { x: xs, m: states.map((state) => (lionMomentum(state) as np.Array).neg().js()) };
  },

  worst_case_linf_distance: ({ x0 }, { lambda, lr }, { distance }) => {
    // The worst direction is sign(x): the step of Lion for a gradient -x without momentum.
    const optimizer = lion(lr, { b1: 0, b2: 0, weightDecay: lambda });
    const { xs } = follow(optimizer, x0, distance.length, (x) => x.neg());
    const constraint = { kappa: kappa.l1(), weightDecay: lambda };
    return { distance: xs.map((x) => constraintViolation(constraint, float(x)).item()) };
  },
};
