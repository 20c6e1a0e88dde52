import { estimateFlipRate } from "@minimand/lab/solvers";
import { isMissingNumber, parseNumber } from "../../read/cells.ts";
import type { Column } from "../../read/table.ts";
import type { Note } from "../../results.ts";
import { columnsWord } from "../../shell-words.ts";
import type { PairTable } from "./pair-table.ts";
import { repeatedPairs } from "./repeated-pairs.ts";

/** A column whose larger value is so often on the same side was made of the label, or the label of it. */
const telling = 0.99;

/** A share beyond which a bias towards length is worth a warning, and the deviations from one half that are no chance. */
const biased = 0.55;
const deviations = 3;

/** Fewer pairs are not enough to find such a column. */
const fewest = 20;

/**
 * Checks preferences as a careful reader would before any training. Its notes name columns that give the label away, how far the longer
 * response is chosen, which pairs were judged more than once and how far these labels agree.
 *
 * Whether raters preferred what they saw first can't be seen, since rows say what was chosen and not where it was.
 */
export function examinePairs(pairs: PairTable): Note[] {
  return [...(pairs.kind === "text" ? lengths(pairs) : tellingColumns(pairs)), ...repetitions(pairs)];
}

/** How good the rule "the longer response" is: a model that does no better has learned nothing else. */
function lengths({ chosen, rejected }: PairTable): Note[] {
  const [w, l] = [chosen, rejected].map(responseOf) as [Column, Column];
  const count = w.length;
  const longer = shareAbove(count, (row) => String(w.at(row)).length - String(l.at(row)).length);
  const share = Math.max(longer, 1 - longer);
  const word = longer >= 0.5 ? "longer" : "shorter";
  const chance = deviations * Math.sqrt(0.25 / count);
  const isBiased = share >= biased && share - 0.5 > chance;
  const what = `the ${word} response is the chosen one in ${percent(share)} of ${count} pairs (equal lengths count half)`;
  return [
    {
      level: isBiased ? "warning" : "info",
      text: isBiased ? `${what}: compare accuracies with that of '${word} wins'` : what,
    },
  ];
}

const responseOf = ({ columns }: PairTable["chosen"]): Column =>
  columns.find(({ name }) => name === "response")!;

/** Columns of numbers that are larger, or smaller, on the chosen side of nearly every pair. */
function tellingColumns({ chosen, rejected }: PairTable): Note[] {
  return chosen.columns.flatMap((column, j): Note[] => {
    const other = rejected.columns[j]!;
    const differences: number[] = [];
    for (let row = 0; row < column.length; row++) {
      const [a, b] = [numberAt(column, row), numberAt(other, row)];
      if (a === "text" || b === "text") return [];
      if (!Number.isNaN(a - b) && a !== b) differences.push(a - b);
    }
    if (differences.length < fewest) return [];
    const larger = shareAbove(differences.length, (row) => differences[row]!);
    const share = Math.max(larger, 1 - larger);
    if (share < telling) return [];
    const both = columnsWord([`${column.name}_chosen`, `${column.name}_rejected`]);
    const text = `is ${larger > 0.5 ? "larger" : "smaller"} on the chosen side of ${percent(share)} of the pairs in which it differs: is it known before the choice, or was the choice made of it? --ignore ${both} leaves it out`;
    return [{ level: "warning", column: column.name, text }];
  });
}

function repetitions(pairs: PairTable): Note[] {
  const { pairs: repeated, labels, contradictions, agreements, total } = repeatedPairs(pairs);
  if (repeated === 0) return [];
  const which = repeated === 1 ? "1 pair was" : `${repeated} pairs were`;
  const what = `${which} judged more than once (${labels} labels)`;
  if (contradictions === 0)
    return [{ level: "info", text: `${what}, always alike: by several raters, or copied?` }];
  const wrong = `${contradictions} of them contradict the majority of their pair: at least ${percent(contradictions / labels)} of these labels are wrong, if one response is better`;
  // Where no more than half agree, nothing can be said beyond that.
  const rate =
    2 * agreements > total
      ? `; two labels agree in ${percent(agreements / total)}, which is a flip rate of ${percent(estimateFlipRate.fromAgreement({ agreements, total }).epsilon)}`
      : "; two labels agree no more often than by chance";
  return [{ level: "warning", text: `${what}, and ${wrong}${rate}` }];
}

/** The share of rows whose difference is positive; differences of 0 count half. */
function shareAbove(rows: number, differenceOf: (row: number) => number): number {
  let sum = 0;
  for (let row = 0; row < rows; row++) sum += (1 + Math.sign(differenceOf(row))) / 2;
  return sum / rows;
}

function numberAt(column: Column, row: number): number | "text" {
  const cell = column.at(row);
  if (isMissingNumber(cell)) return Number.NaN;
  const value = parseNumber(cell, column.format);
  return typeof value === "number" ? value : "text";
}

const percent = (share: number): string => `${(100 * share).toFixed(1)} %`;
