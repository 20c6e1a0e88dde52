import { derive, disposeTree } from "minimand/engine";
import { programsOf } from "../../kit/programs.ts";
import { mean } from "../../kit/statistics.ts";
import type { TrialHost } from "../../reproduction.ts";
import { armOf } from "./arms.ts";
import { drawInstances, type Instance, solutionOf } from "./data.ts";
import { type Network, networkOf, type Solved } from "./network.ts";
import { grid, test, training } from "./settings.ts";

/** One arm, trained on a seed's instances for some steps. */
export interface ArmSpec {
  part: "arm";
  arm: string;
  seed: number;
  steps: number;
  /** Instances that it is judged by. */
  tests: number;
}

/** How far an arm is. */
export interface Mark {
  steps: number;
  seconds: number;
  /** Mean relative L2 error of the test instances. */
  error: number;
  /** Root mean square of the equation's residual. */
  residual: number;
}

export interface ArmResult {
  part: "arm";
  curve: Mark[];
  /** Relative L2 errors of the test instances at the end. */
  errors: number[];
  /** Of training alone. */
  seconds: number;
  /** Share of the inner problems of the last test that ended where the gradient vanishes; null without a layer. */
  converged: number | null;
  /** The field of the first test instance, every second time and place. */
  field: number[][];
}

const networks = programsOf<Network>();
/** Shares of training after which an arm is looked at, beside the end. */
const looks = [0, 0.05, 0.15, 0.4, 0.7];

export async function armTrial({ arm, seed, steps, tests }: ArmSpec, host: TrialHost): Promise<ArmResult> {
  const network = networks(host.compile, arm, () => networkOf(armOf(arm), host.compile));
  const instances = drawInstances(test.seed, tests);
  const solutions = instances.map(solutionOf);
  let state = network.init(seed);
  const curve: Mark[] = [];
  let seconds = 0;
  const look = (at: number): Solved => {
    const found = network.solve(state, instances);
    const error = mean(errorsOf(found.field, solutions));
    curve.push({ steps: at, seconds, error, residual: found.residual });
    return found;
  };
  // The first step compiles: it is made twice, and counted once.
  disposeTree(stepOf(network, network.init(seed), { seed, at: 0, steps }));
  const marks = looks.map((share) => Math.round(share * steps));
  for (let at = 0; at < steps; at++) {
    host.signal?.throwIfAborted();
    if (marks.includes(at)) look(at);
    const before = performance.now();
    state = stepOf(network, state, { seed, at, steps });
    seconds += (performance.now() - before) / 1000;
  }
  const last = look(steps);
  disposeTree(state);
  const converged =
    last.report &&
    last.report.status.filter((status) => status === "converged").length / last.report.status.length;
  return {
    part: "arm",
    curve,
    errors: errorsOf(last.field, solutions),
    seconds,
    converged,
    field: coarse(last.field),
  };
}

/** A step of training on instances of its own, at its learning rate. */
function stepOf(
  network: Network,
  state: ReturnType<Network["init"]>,
  { seed, at, steps }: { seed: number; at: number; steps: number },
): ReturnType<Network["init"]> {
  const instances: Instance[] = drawInstances(derive(seed, 2, at), training.batch);
  const halved = Math.floor((at / steps) * (training.halvings + 1));
  return network.train(state, instances, derive(seed, 3, at), training.learningRate / 2 ** halved).state;
}

/** Relative L2 distances of fields, one after another, to solutions. */
export function errorsOf(fields: ArrayLike<number>, solutions: readonly Float64Array[]): number[] {
  return solutions.map((solution, i) => {
    let [off, size] = [0, 0];
    solution.forEach((value, j) => {
      off += (fields[i * solution.length + j] - value) ** 2;
      size += value ** 2;
    });
    return Math.sqrt(off / size);
  });
}

/** Every second time and place of a field. */
export function coarse(field: ArrayLike<number>): number[][] {
  const [nt, nx] = [grid.times.length, grid.places.length];
  const half = (n: number) => Array.from({ length: Math.ceil(n / 2) }, (_, i) => 2 * i);
  return half(nt).map((t) => half(nx).map((x) => Math.round(1e4 * field[t * nx + x]) / 1e4));
}
