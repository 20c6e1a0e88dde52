import { fitEncoder } from "../data/encoder.ts";
import type { Subject } from "../plan/prepared.ts";
import type { Settings } from "../results.ts";
import type { Budget } from "./budget.ts";
import type { RunOptions } from "./run-options.ts";

/** On which rows kept models are trained, and how long that may take. */
export interface KeptRows {
  subjects: readonly Subject[];
  /** Milliseconds that are left; null: as many as it takes. */
  left: (() => number) | null;
}

/** This share of a budget may go into kept models with all rows, where rows were drawn for the trials. */
const shareOfModels = 0.2;

/** Epochs of a usual fit, by which the time of one is estimated. */
const usualEpochs = 20;

/** Encoded rows that are kept in memory at most, in bytes. */
const mostBytes = 5e8;

/**
 * Returns the rows for the kept models where rows were drawn for the trials: all of them, if there is time for an epoch and memory for the
 * inputs. Else those that were drawn: also for trees, ensembles and quantised networks, whose training can't be cut short.
 *
 * @param taken the options with the rows that were drawn
 * @param fit milliseconds of the kept models' fits on all rows, all of their epochs
 */
export function keptRowsOf(
  { subjects, budget, keep, quantize, settings }: RunOptions,
  taken: RunOptions,
  fit: number,
): KeptRows {
  if (taken.settings.sample === null || budget === null) return { subjects, left: null };
  const ofDrawn: KeptRows = { subjects: taken.subjects, left: null };
  if (!canBeShort({ keep, quantize })) return ofDrawn;
  // All that is left is the models' now.
  budget.setAside(0);
  if (fit / usualEpochs > budget.left()) return ofDrawn;
  const bytes = subjects.map(({ dataset }, i) => 4 * dataset.rows * inputsOf(taken.subjects[i], settings));
  return Math.max(...bytes) > mostBytes ? ofDrawn : { subjects, left: budget.left };
}

/** Whether training of what is kept can end after any epoch. */
export function canBeShort({ keep, quantize }: Pick<RunOptions, "keep" | "quantize">): boolean {
  return keep !== "trees" && keep !== "ensemble" && quantize.length === 0;
}

/** Milliseconds to set aside for fits on all rows, for a budget. */
export function timeForAllRows(fit: number, { whole }: Pick<Budget, "whole">): number {
  const most = shareOfModels * whole;
  return fit / usualEpochs > most ? 0 : Math.min(fit, most);
}

function inputsOf({ dataset }: Subject, { bins }: Pick<Settings, "bins">): number {
  const all = Int32Array.from({ length: dataset.rows }, (_, row) => row);
  return fitEncoder(dataset, all, bins).inputs;
}
