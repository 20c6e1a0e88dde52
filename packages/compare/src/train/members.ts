import type { Metric } from "minimand";
import { derive } from "minimand/engine";
import { NonFiniteError } from "minimand/training";
import type { Configuration } from "../results.ts";
import type { Part, PreparedFold, TrainingParts } from "./fold.ts";
import type { Learner } from "./learner.ts";
import { discard, type Trained } from "./network.ts";
import type { Prediction } from "./outcome.ts";

/** What a member is trained with in addition to its parts and configuration. */
interface MemberOptions {
  learner: Pick<Learner, "train">;
  seed: number;
  metric: Metric;
  signal?: AbortSignal;
}

/**
 * Trains a member of an ensemble until its validation part shows no improvement.
 *
 * @throws NonFiniteError if it diverges
 */
export async function trainMember(
  parts: TrainingParts,
  configuration: Configuration,
  { learner, ...options }: MemberOptions,
): Promise<{ trained: Trained; epochs: number }> {
  const { trained, epochs } = await learner.train(parts, configuration, options);
  if (trained === null) throw new NonFiniteError(epochs, "member", Number.NaN);
  return { trained, epochs };
}

/**
 * Gives each member of a fit to a function, one after the other: the first one, which was tuned, then the others, trained by its configuration.
 *
 * @param first its parameters, which are gone afterwards
 * @throws NonFiniteError if a member diverges
 */
export async function eachMember(
  { first, configuration }: { first: Trained; configuration: Configuration },
  { fold, ...options }: MemberOptions & { fold: PreparedFold },
  use: (trained: Trained, parts: TrainingParts) => Promise<void>,
): Promise<void> {
  const given = async (trained: Trained, parts: TrainingParts): Promise<void> => {
    try {
      await use(trained, parts);
    } finally {
      discard(trained);
    }
  };
  await given(first, fold);
  for (const [i, make] of fold.others.entries()) {
    const parts = make();
    const seed = derive(options.seed, i + 1);
    const { trained } = await trainMember(parts, configuration, { ...options, seed });
    await given(trained, parts);
  }
}

/** Rows with predictions by a network that was not trained on them. */
export interface Validated {
  part: Pick<Part, "rows" | "labels" | "targets">;
  prediction: Prediction;
}

/** Returns the rows of several parts as one. */
export function joinedOf(all: readonly Validated[]): Validated {
  if (all.length === 1) return all[0];
  const predictions = all.map(({ prediction }) => prediction);
  return {
    part: {
      rows: all.reduce((sum, { part }) => sum + part.rows, 0),
      labels: Int32Array.from(all.flatMap(({ part }) => [...part.labels])),
      targets: Float64Array.from(all.flatMap(({ part }) => [...part.targets])),
    },
    prediction: {
      probabilities: Float64Array.from(predictions.flatMap(({ probabilities }) => [...probabilities])),
      predicted: Int32Array.from(predictions.flatMap(({ predicted }) => [...predicted])),
      predictions: Float64Array.from(predictions.flatMap(({ predictions: numbers }) => [...numbers])),
    },
  };
}
