import { quoted } from "../data-error.ts";
import { nameInList } from "../name-list.ts";
import type { Note } from "../results.ts";
import { quotedWord } from "../shell-words.ts";

/** How cells of a target are read, where that is not as they are. */
export interface TargetReading {
  /** Values that stand for a missing label (`--missing`). */
  asMissing?: readonly string[];
  /** Labels that differ in case or spaces only are one class (`--merge-labels`). */
  mergeLabels?: true;
}

/** Returns a label without what people type in several ways: case, and spaces around and between words. */
export const plainLabel = (label: string): string => label.trim().replace(/\s+/g, " ").toLowerCase();

/** Returns labels that differ in case or spaces only, in sets of at least two. */
export function alikeSets(labels: readonly string[]): string[][] {
  return [...Map.groupBy(labels, plainLabel).values()].filter(({ length }) => length > 1);
}

/**
 * Returns which class each label is of where those that differ in case or spaces only are one: the spelling that most rows have, at a tie
 * the first one.
 *
 * @param counts rows of each label
 */
export function mergedLabels(labels: readonly string[], counts: ArrayLike<number>): Map<string, string> {
  const count = new Map(labels.map((label, i) => [label, counts[i]!]));
  const merged = new Map(labels.map((label) => [label, label]));
  for (const set of alikeSets(labels)) {
    const usual = set.reduce((most, label) => (count.get(label)! > count.get(most)! ? label : most));
    for (const label of set) merged.set(label, usual);
  }
  return merged;
}

/** This many texts are named with the option that reads them as missing. */
const mostTexts = 3;

/** `--missing price=ask,price=tbd`: the option that reads texts of a column as missing. */
export function missingOption(column: string, texts: readonly string[]): string {
  const pairs = texts.slice(0, mostTexts).map((text) => `${nameInList(column)}=${nameInList(text)}`);
  return `--missing ${quotedWord(pairs.join(","))}${texts.length > mostTexts ? " and so on" : ""}`;
}

/** This many sets of labels are named. */
const mostSets = 3;

/** Sets of labels as a text: `'NO', 'No', 'no'; 'Yes', 'yes'`. */
export function setsText(sets: readonly string[][]): string {
  const named = sets.slice(0, mostSets).map((labels) => labels.map(quoted).join(", "));
  const more = sets.length - mostSets;
  return `${named.join("; ")}${more > 0 ? ` and ${more} more ${more === 1 ? "set" : "sets"} of labels` : ""}`;
}

/** Returns a note on what was merged. */
export function mergedNote(column: string, labels: readonly string[]): Note {
  const sets = alikeSets(labels);
  const classes = new Set(labels.map(plainLabel)).size;
  const text =
    sets.length === 0
      ? "no labels differ in case or spaces only, so none were merged"
      : `merged labels that differ in case or spaces only: ${setsText(sets)}; ${classes} classes instead of ${labels.length}`;
  return { level: "info", about: "settings", column, text };
}
