import { numpy as np } from "@jax-js/jax";
import {
  sparseObjective,
  supervisedLoss,
  type Unfolded,
  type UnfoldedStep,
  unfoldedStep,
  unsupervisedLoss,
} from "@minimand/lab/solvers";
import { adam } from "minimand";
import { type Compile, type Compiled, compileWithJit, disposeTree, keyOf, refTree } from "minimand/engine";
import { programsOf } from "../../kit/programs.ts";
import type { Arm } from "./arms.ts";
import { arraysOf, type Drawn } from "./data.ts";
import { learningRate, type Problem, type Sizes } from "./settings.ts";

/** Mean squared error per entry and mean objective, before the first layer and after each one. */
export interface Curves {
  mse: number[];
  objective: number[];
}

type Arrays = { [name: string]: np.Array };
type Judge = Compiled<
  [Arrays, Arrays, { y: np.Array; signals: np.Array }],
  { mse: np.Array; objective: np.Array }
>;

const steps = programsOf<UnfoldedStep>();
const judges = programsOf<Judge>();

/** Returns the mean squared error per entry, and the mean of a problem's objective. Consumes its arguments. */
export function scoresOf(
  { algorithm, lambda }: Problem,
  x: np.Array,
  A: np.Array,
  { y, signals }: { y: np.Array; signals: np.Array },
): { mse: np.Array; objective: np.Array } {
  const penalty = algorithm === "ista" ? "l1" : "l0";
  return {
    mse: np.square(x.ref.sub(signals)).mean(),
    objective: sparseObjective(x, A, y, { lambda, penalty }).mean(),
  };
}

/** The step of an arm, compiled once for all systems of a size. */
export function stepFor(
  problem: Problem,
  arm: Arm,
  network: Unfolded,
  { entries }: Pick<Sizes, "entries">,
  compile: Compile | undefined,
): UnfoldedStep {
  return steps(compile, `${problem.id}, ${network.layers}, ${arm.id}, ${entries}`, () =>
    unfoldedStep({
      network,
      loss: arm.loss === "supervised" ? supervisedLoss : unsupervisedLoss(network),
      optimizer: adam(arm.learningRate ?? learningRate),
      compile,
    }),
  );
}

/** Returns the curves of a network with these parameters; does not consume them. */
export async function judged(
  problem: Problem,
  network: Unfolded,
  params: Arrays,
  drawn: Drawn,
  compile: Compile | undefined,
): Promise<Curves> {
  const name = `${problem.id}, ${network.iteration.name}, ${network.layers}, ${drawn.signals.length}`;
  const judge = judges(compile, name, () =>
    (compile ?? compileWithJit)(
      (params: Arrays, system: Arrays, { y, signals }: { y: np.Array; signals: np.Array }) => {
        const all = network.trajectory({ params, state: refTree(system) }, y.ref);
        const scores = all.map((x) => scoresOf(problem, x, system.A.ref, { y: y.ref, signals: signals.ref }));
        return {
          mse: np.stack(scores.map((s) => s.mse)),
          objective: np.stack(scores.map((s) => s.objective)),
        };
      },
    ),
  );
  const { params: start, state } = network.init(keyOf(0));
  disposeTree(start);
  const { mse, objective } = judge(refTree(params), state as Arrays, arraysOf(drawn));
  return { mse: [...(await mse.data())], objective: [...(await objective.data())] };
}
