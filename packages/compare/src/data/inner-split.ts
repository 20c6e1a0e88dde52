import { derive, readOptions } from "minimand/engine";
import { dataError } from "../data-error.ts";
import type { Dataset } from "./dataset.ts";
import { checkRows } from "./encoder.ts";
import { hasTime, haveClassesOf, laterRows } from "./forward.ts";
import { attemptsFor, dealGroups } from "./groups.ts";
import { withoutSides } from "./pairs/entries.ts";
import { integer, type Random, random, shuffle } from "./random.ts";
import { byClass, byTarget, deal } from "./strata.ts";

export interface InnerSplitOptions {
  /** The share of rows to validate on, between 0 and 1. Default 0.2. */
  fraction?: number;
  seed: number;
}

/** Rows to fit on and rows to validate on: indices into the data set in rising order. */
export interface InnerSplit {
  fit: Int32Array;
  validation: Int32Array;
}

/** How often other orders of the groups are tried for a split with every class on both sides. */
const attempts = 20;

/**
 * Cuts the training rows once more, for tuning and early stopping. Stratified by class: of n rows of a class round(n * fraction) go to
 * the validation part, but at least one on either side if n >= 2. Regression: one row from each of equal slices of the sorted
 * targets. With groups, whole groups, and every class on both sides where that can be found. Where rows have a time, the latest of them, if
 * both sides have every class then.
 *
 * @throws RangeError for a fraction that is not between 0 and 1, fewer than two rows, or a wrong seed.
 * @throws DataError if all rows are in one group.
 */
export function innerSplit(given: Dataset, train: Int32Array, options: InnerSplitOptions): InnerSplit {
  readOptions("innerSplit", options, { fraction: true, seed: true });
  const dataset = withoutSides(given);
  const { fraction = 0.2, seed } = options;
  if (!(fraction > 0 && fraction < 1)) {
    throw new RangeError(`fraction: expected a number between 0 and 1, got ${fraction}`);
  }
  if (train.length < 2) throw new RangeError(`train: expected at least two rows, got ${train.length}`);
  checkRows(dataset, train);
  if (hasTime(dataset)) {
    const later = laterRows(dataset, train, fraction);
    if (later !== null && [later.fit, later.validation].every((part) => haveClassesOf(dataset, part, train)))
      return later;
  }
  const rng = random(seed, "innerSplit");
  const rows = train.toSorted();
  if (dataset.groups !== null) return groupedSplit(dataset, dataset.groups, rows, fraction, rng);
  const chosen = new Uint8Array(rows.length);
  if (dataset.task === "regression") {
    const order = byTarget(dataset, rows, rng);
    const count = Math.min(rows.length - 1, Math.max(1, Math.round(rows.length * fraction)));
    for (let slice = 0; slice < count; slice++) {
      const start = Math.floor((slice * rows.length) / count);
      const end = Math.floor(((slice + 1) * rows.length) / count);
      chosen[order[start + integer(rng, end - start)]!] = 1;
    }
  } else {
    for (const members of byClass(dataset, rows)) {
      const most = members.length - 1;
      const count = Math.min(most, Math.max(1, Math.round(members.length * fraction)));
      for (const i of shuffle(members, rng).slice(0, Math.max(0, count))) chosen[i] = 1;
    }
    // Every class has a single row: one of them has to do.
    if (!chosen.includes(1)) chosen[integer(rng, rows.length)] = 1;
  }
  return { fit: rows.filter((_, i) => chosen[i] === 0), validation: rows.filter((_, i) => chosen[i] === 1) };
}

/** Parts of the training rows of which a member validates on one, where there are no more members. */
const usualParts = 5;

/**
 * Cuts the training rows for the members of an ensemble, each of which validates on another part of them: one of five, or of as many as there are
 * members. The parts are disjoint and stratified as folds are. Where that leaves a member without a row of some class, members have splits
 * drawn one by one instead; where rows have a time, all have the same. One member has what {@link innerSplit} gives for a fifth.
 *
 * @throws as {@link innerSplit}
 */
export function innerSplits(
  dataset: Dataset,
  train: Int32Array,
  { members, seed }: { members: number; seed: number },
): InnerSplit[] {
  const disjoint = members === 1 ? null : disjointSplits(dataset, train, Math.max(usualParts, members), seed);
  if (disjoint !== null) return disjoint.slice(0, members);
  return Array.from({ length: members }, (_, member) =>
    innerSplit(dataset, train, {
      fraction: 1 / usualParts,
      seed: member === 0 ? seed : derive(seed, member),
    }),
  );
}

/** Null where a part lacks a class, or rows have a time. */
function disjointSplits(given: Dataset, train: Int32Array, parts: number, seed: number): InnerSplit[] | null {
  const dataset = withoutSides(given);
  if (hasTime(dataset)) return null;
  checkRows(dataset, train);
  const rows = train.toSorted();
  const rng = random(seed, "innerSplits");
  const part =
    dataset.groups === null
      ? deal(dataset, rows, parts, rng)
      : dealGroups(dataset, dataset.groups, rows, parts, rng);
  const splits = Array.from({ length: parts }, (_, own) => ({
    fit: rows.filter((_, i) => part[i] !== own),
    validation: rows.filter((_, i) => part[i] === own),
  }));
  const classes = classesIn(dataset, rows);
  const whole = (some: Int32Array): boolean => some.length > 0 && classesIn(dataset, some) === classes;
  return splits.every(({ fit, validation }) => whole(fit) && whole(validation)) ? splits : null;
}

/** Cut by whole groups: the validation part is one of about 1 / fraction parts. */
function groupedSplit(
  dataset: Dataset,
  groups: Int32Array,
  rows: Int32Array,
  fraction: number,
  rng: Random,
): InnerSplit {
  const most = Math.max(2, Math.round(1 / fraction));
  const parts = countUpTo(most, groups, rows);
  if (parts < 2) {
    throw dataError(
      { file: dataset.name },
      "expected at least two groups in the training part, to validate on",
      "one",
    );
  }
  const present = classesIn(dataset, rows);
  let best: InnerSplit = { fit: rows, validation: new Int32Array() };
  let bestCover = -1;
  const tries = attemptsFor(attempts, rows.length);
  for (let attempt = 0; attempt < tries; attempt++) {
    const part = dealGroups(dataset, groups, rows, parts, rng);
    for (const p of shuffle(
      Array.from({ length: parts }, (_, i) => i),
      rng,
    )) {
      const validation = rows.filter((_, i) => part[i] === p);
      if (validation.length === 0 || validation.length === rows.length) continue;
      const fit = rows.filter((_, i) => part[i] !== p);
      const cover = Math.min(classesIn(dataset, validation), classesIn(dataset, fit));
      if (cover > bestCover) [best, bestCover] = [{ fit, validation }, cover];
      if (cover === present) return best;
    }
  }
  return best;
}

/** How many groups rows are in, or `most` where there are more. */
function countUpTo(most: number, groups: Int32Array, rows: Int32Array): number {
  const found = new Set<number>();
  for (let i = 0; i < rows.length && found.size < most; i++) found.add(groups[rows[i]!]!);
  return found.size;
}

/** How many classes rows have; none for regression. */
function classesIn(dataset: Dataset, rows: Int32Array): number {
  if (dataset.task === "regression") return 0;
  const found = new Uint8Array(dataset.classes.length);
  for (const row of rows) found[dataset.labels[row]!] = 1;
  return found.reduce((sum, one) => sum + one, 0);
}
