import { predictionFrom, valuesOf, weightedMean } from "@minimand/compare";
import { derive } from "minimand/engine";
import type { Fit, Job, Trainer } from "./trainer.ts";

/**
 * Fits of several networks, each with another part of the training rows for validation, whose predictions are averaged. Values on inner validation
 * parts are those of the first member, as in the comparison.
 */
export function withMembers(single: Trainer): Trainer {
  return async (jobs, dataset) => {
    const made = await single(jobs.flatMap(membersOf), dataset);
    let end = 0;
    return jobs.map(({ fold }) => {
      const start = end;
      end += 1 + fold.others.length;
      const own = made.slice(start, end);
      return own.every((fit) => fit !== null) ? averaged(own, dataset.classes.length) : null;
    });
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

function averaged(fits: readonly Fit[], classes: number): Fit {
  const weights = fits.map(() => 1 / fits.length);
  return { inner: fits[0].inner, ...predictionFrom(weightedMean(fits.map(valuesOf), weights), classes) };
}
