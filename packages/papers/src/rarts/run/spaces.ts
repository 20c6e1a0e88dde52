import type { numpy as np } from "@jax-js/jax";
import {
  type ArchitectureSearch,
  bilevelOf,
  type CellSupernet,
  cellSupernet,
  darts,
  enumerateGenotypes,
  type Genotype,
  genotypeName,
  rarts,
  type SearchState,
  singleLevel,
} from "@minimand/lab/architecture";
import { adamw, chain, sgd } from "minimand";
import { keyOf } from "minimand/engine";
import { clipByGlobalNorm } from "minimand/optimizers";
import { batchCrossEntropy } from "../../kit/networks.ts";
import { programsOf } from "../../kit/programs.ts";
import type { TrialHost } from "../../reproduction.ts";
import { cellArm } from "./arms.ts";
import { type SpaceName, search as size, spaces } from "./settings.ts";

const supernets = new Map<SpaceName, CellSupernet>();

/** Returns the network that has every operation on every edge. */
export function supernetOf(space: SpaceName): CellSupernet {
  const supernet = supernets.get(space) ?? cellSupernet(spaces[space].network);
  supernets.set(space, supernet);
  return supernet;
}

/** Every cell of a space. */
export const cellsOf = (space: SpaceName): Genotype[] => enumerateGenotypes(supernetOf(space).space);

export const nameOf = (space: SpaceName, genotype: Genotype): string =>
  genotypeName(genotype, spaces[space].network.nodes);

const searches = programsOf<ArchitectureSearch>();

/** The search of an arm, as the settings say. */
export function searchOf(space: SpaceName, id: string, compile: TrialHost["compile"]): ArchitectureSearch {
  return searches(compile, `${space} ${id}`, () => {
    const { kind, order, hypergradient, architectureLosses } = cellArm(id);
    const problem = bilevelOf(supernetOf(space), batchCrossEntropy);
    const options = {
      optimizer: ({ learningRate }: { [name: string]: np.Array }) =>
        chain(clipByGlobalNorm(5), sgd(learningRate, { momentum: size.momentum })),
      // The decay is that of DARTS.
      architectureOptimizer: ({ alphaRate }: { [name: string]: np.Array }) =>
        adamw(alphaRate, { b1: 0.5, weightDecay: size.alphaDecay }),
      compile,
    };
    if (kind === "single") return singleLevel(problem, options);
    if (kind === "darts")
      return order === 1
        ? darts(problem, { ...options, order: 1 })
        : darts(problem, { ...options, order: 2, hypergradient });
    return rarts(problem, {
      ...options,
      order: order as "jacobi",
      coupling: "implicit",
      architectureLosses,
    });
  });
}

/** The start of a seed: the same for all arms. */
export function startOf(
  space: SpaceName,
  search: ArchitectureSearch,
  seed: number,
  hyper: { [name: string]: number },
): SearchState {
  const { params } = supernetOf(space).init(keyOf(seed, 73));
  return search.init(params.weights, params.architecture, { hyper });
}
