import type { Prediction } from "@minimand/compare";
import { derive } from "minimand/engine";
import type { Fit, Job, Trainer } from "./trainer.ts";

/**
 * Fits of several networks, each with another part of the training rows for validation, whose predictions are averaged. Values on inner validation
 * parts are those of the first member, as in the comparison.
 */
export function withMembers(single: Trainer): Trainer {
  return async (jobs, dataset) => {
    const expanded = jobs.flatMap(membersOf);
    const made = await single(expanded, dataset);
    const fits: (Fit | null)[] = [];
    for (let start = 0, j = 0; j < jobs.length; start += jobs[j++].fold.others.length + 1) {
      const own = made.slice(start, start + jobs[j].fold.others.length + 1);
      fits.push(own.every((fit) => fit !== null) ? averaged(own) : null);
    }
    return fits;
  };
}

/** One job per member; with keys as in `eachMember`. */
function membersOf(job: Job): Job[] {
  const { fold, key } = job;
  const others = fold.others.map((make, i): Job => {
    return { ...job, fold: { ...fold, ...make() }, key: derive(key, i + 1) };
  });
  return [job, ...others];
}

function averaged(fits: readonly Fit[]): Fit {
  const [{ inner, predicted: first }] = fits;
  const probabilities = meanOf(fits.map((fit) => fit.probabilities));
  const predictions = meanOf(fits.map((fit) => fit.predictions));
  const classes = probabilities.length / Math.max(1, first.length);
  const predicted = first.map((_, row) => {
    const own = probabilities.subarray(row * classes, (row + 1) * classes);
    return own.indexOf(Math.max(...own));
  });
  return { inner, probabilities, predictions, predicted };
}

function meanOf(all: readonly Prediction["probabilities"][]): Float64Array {
  const [first] = all;
  return Float64Array.from(first, (_, i) => all.reduce((sum, own) => sum + own[i], 0) / all.length);
}
