import { numpy as np } from "@jax-js/jax";
import {
  type ArchitectureSearch,
  darts,
  discardSearch,
  rarts,
  type SearchState,
  type SolvablePoint,
  singleLevel,
  solvableDarts,
  solvableModel,
  solvableRarts,
  solvableSingleLevel,
} from "@minimand/lab/architecture";
import { sgd } from "minimand";
import { checkFloat64, type Tree } from "minimand/engine";
import type { TrialHost } from "../../reproduction.ts";

/** One search on the solvable model, from (a, w) = (2, -2). */
export interface SolvableSpec {
  part: "solvable";
  method:
    | { name: "rarts"; lambda: number; beta: number }
    | { name: "darts"; xi: number }
    | { name: "single" };
  maxSteps: number;
}

export interface SolvableResult {
  part: "solvable";
  found: SolvablePoint & { twin?: number };
  limit: SolvablePoint & { twin?: number };
  /** Largest distance of the parameters found from the limit. */
  error: number;
  /** Largest rise of the objective in one step as a share of its size; null where nothing is claimed. */
  rise: number | null;
  steps: number;
  /** Some points of the way, `[architecture, weights]`. */
  path: [number, number][];
}

export const solvableMethods: readonly SolvableSpec["method"][] = [
  ...[0, 0.25, 0.5, 1].map((xi) => ({ name: "darts", xi }) as const),
  { name: "single" },
  { name: "rarts", lambda: 1, beta: 1 },
  { name: "rarts", lambda: 2, beta: 5 },
  { name: "rarts", lambda: 10, beta: 10 },
  { name: "rarts", lambda: 100, beta: 100 },
];

export function methodLabel(method: SolvableSpec["method"]): string {
  if (method.name === "single") return "single level";
  return method.name === "darts"
    ? `DARTS, inner step ${method.xi}`
    : `RARTS, lambda ${method.lambda}, beta ${method.beta}`;
}

/** Runs until nothing moves any more, in float64. */
export async function solvableTrial(
  { method, maxSteps }: SolvableSpec,
  host: TrialHost,
): Promise<SolvableResult> {
  checkFloat64("the solvable problem");
  const { search, hyper, limit } = setUp(method, host.compile);
  const scalar = (value: number): np.Array => np.array(Float64Array.of(value), { shape: [] });
  let state = search.init(scalar(-2), scalar(2), { hyper });
  let [at, before, rise, steps] = [await pointOf(state), 0, 0, 0];
  const path: [number, number][] = [[at.architecture, at.weights]];
  for (; steps < maxSteps; steps++) {
    host.signal?.throwIfAborted();
    const [next, metrics] = search.update(state, {}, {});
    state = next;
    const value = (await metrics.loss.data())[0];
    for (const other of Object.values(metrics)) if (other !== metrics.loss) other.dispose();
    if (steps > 0) rise = Math.max(rise, (value - before) / Math.max(1, Math.abs(before)));
    before = value;
    const now = await pointOf(state);
    const moved = distance(at, now);
    at = now;
    // Dense at the start, where the ways differ.
    if (steps < 40 || (steps < 400 && steps % 10 === 0) || steps % 100 === 0)
      path.push([at.architecture, at.weights]);
    if (moved < 1e-15) break;
  }
  discardSearch(state);
  path.push([at.architecture, at.weights]);
  const claimed = method.name === "rarts" ? rise : null;
  return { part: "solvable", found: at, limit, error: distance(at, limit), rise: claimed, steps, path };
}

type Point = SolvableResult["found"];
/** Largest difference of a parameter of `to`. */
const distance = (from: Point, to: Point): number =>
  Math.max(
    ...(Object.keys(to) as (keyof Point)[]).map((name) => Math.abs((from[name] ?? Number.NaN) - to[name]!)),
  );

async function pointOf({ networks, architecture }: SearchState): Promise<Point> {
  const number = async (tree: Tree): Promise<number> => (await (tree as np.Array).ref.data())[0];
  return {
    architecture: await number(architecture),
    weights: await number(networks.weights),
    ...("twin" in networks && { twin: await number(networks.twin) }),
  };
}

function setUp(
  method: SolvableSpec["method"],
  compile: TrialHost["compile"],
): { search: ArchitectureSearch; hyper: { [name: string]: number }; limit: Point } {
  const plain = {
    optimizer: ({ learningRate }: { [name: string]: np.Array }) => sgd(learningRate),
    architectureOptimizer: ({ learningRate }: { [name: string]: np.Array }) => sgd(learningRate),
    compile,
  };
  const learningRate = 0.1;
  if (method.name === "single") {
    const search = singleLevel(solvableModel, plain);
    return { search, hyper: { learningRate }, limit: solvableSingleLevel() };
  }
  if (method.name === "darts") {
    const search = darts(solvableModel, { ...plain, order: 2 });
    return { search, hyper: { learningRate, xi: method.xi }, limit: solvableDarts(method.xi) };
  }
  const { name: _, ...coupling } = method;
  // Below the bounds 2 / (2 lambda + beta) of w, 2 / beta of y and 2 / (2 lambda) of a.
  const hyper = { ...coupling, learningRate: 1 / (2 * coupling.lambda + coupling.beta) };
  return { search: rarts(solvableModel, plain), hyper, limit: solvableRarts(coupling) };
}
