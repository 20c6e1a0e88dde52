import { disposeTree, leavesOf, readOptions, type Tree } from "minimand/engine";
import { fit, type StepReport } from "minimand/training";
import type { ArchitectureSearch, SearchState } from "./search.ts";

/** Architecture parameters grew beyond 1e6: the objective of the search probably has no minimum. */
export class UnboundedSearchError extends Error {
  override name = "UnboundedSearchError";
  readonly step: number;
  readonly size: number;
  constructor(step: number, size: number) {
    super(
      `architecture: expected parameters of size at most ${largestSize} at step ${step}, got ${size}; the objective of the search is probably not bounded below: a larger beta or lambda, or smaller learning rates, may help`,
    );
    this.step = step;
    this.size = size;
  }
}

const largestSize = 1e6;

/** What is reported after each step of a search: among others, the metrics `loss`, `trainLoss`, `valLoss` and `architectureSize`. */
export type SearchReport = StepReport<SearchState>;

/** What {@link runSearch} runs. */
export interface RunSearchOptions<Batch extends Tree> {
  search: ArchitectureSearch<Batch>;
  /** Consumed. */
  state: SearchState;
  /** Pairs of a batch of the training half and one of the validation half. */
  batches: Iterable<readonly [Batch, Batch]> | AsyncIterable<readonly [Batch, Batch]>;
  /** Called after each step; may be asynchronous; return `false` to stop. */
  // biome-ignore lint/suspicious/noConfusingVoidType: callbacks that return nothing are the usual case.
  onStep?: (report: SearchReport) => void | boolean | Promise<void | boolean>;
  signal?: AbortSignal;
}

/**
 * Makes the steps of a search in order and returns the last state.
 *
 * @throws NonFiniteError naming the step, UnboundedSearchError where architecture parameters pass 1e6; the reason of `signal`
 *   when aborted. The state is disposed in these cases.
 * @example
 * const state = await runSearch({ search, state: search.init(weights, architecture), batches })
 */
export async function runSearch<Batch extends Tree>(options: RunSearchOptions<Batch>): Promise<SearchState> {
  const { search, onStep, ...run } = readOptions("runSearch", options, {
    search: true,
    state: true,
    batches: true,
    onStep: true,
    signal: true,
  });
  return fit<SearchState, readonly [Batch, Batch]>({
    ...run,
    step: { update: (state, [trainBatch, valBatch]) => search.update(state, trainBatch, valBatch) },
    onStep(report) {
      const { architectureSize } = report.metrics;
      if (architectureSize > largestSize) throw new UnboundedSearchError(report.step, architectureSize);
      return onStep?.(report);
    },
  });
}

/** Gives up what the state of a search owns. */
export function discardSearch({ networks, architecture, optimizer }: SearchState): void {
  disposeTree([...Object.values(networks), architecture, ...Object.values(optimizer)]);
}

/** Returns the numbers of a tree of arrays, in the order of its leaves. Looks at the tree. */
export function numbersOf(tree: Tree): number[] {
  return leavesOf(tree).flatMap((leaf) => [...(leaf.ref.dataSync() as Float32Array)]);
}

/**
 * Makes a function that detects when a choice stays the same: it takes the choice of each epoch and returns whether the last `epochs` were
 * equal.
 *
 * @example
 * const settled = stableFor(5); // in onStep, once per epoch: return !settled(genotypeName(discretise(alpha)))
 */
export function stableFor(epochs: number): (choice: string) => boolean {
  let last: string | undefined;
  let same = 0;
  return (choice) => {
    same = choice === last ? same + 1 : 1;
    last = choice;
    return same >= epochs;
  };
}
