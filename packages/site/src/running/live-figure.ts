import { type Interval, intervalsFigure } from "@minimand/compare";
import { figure, svgDocument } from "@minimand/compare/report";
import { asPart } from "../figures/as-part.ts";
import { firstNumber, saidNumber } from "./first-number.ts";

/** This many rows at most: those that changed last. */
const mostRows = 14;

/** What finished trials have said so far. */
export interface LiveFigure {
  /** A trial more, by the words of its progress. */
  add(message: string, result: unknown): void;
  /** Of a width; null as long as no trial has said a number. */
  draw(width: number): string | null;
}

/** Returns a figure of a number of each trial: those that differ by their seeds alone in one row, with their mean, least and largest. */
export function liveFigure(): LiveFigure {
  const rows = new Map<string, { group: string; name: string; values: number[] }>();
  return {
    add(message, result) {
      const found = saidNumber(message, result) ?? firstNumber(result);
      if (found === null) return;
      const name = withoutSeed(message);
      const key = JSON.stringify([found.name, name]);
      const row = rows.get(key) ?? { group: found.name, name, values: [] };
      row.values.push(found.value);
      // To the end, where the latest are.
      rows.delete(key);
      rows.set(key, row);
    },
    draw(width) {
      if (rows.size === 0) return null;
      const shown = [...rows.values()].slice(-mostRows).map(({ group, name, values }): Interval => {
        const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
        return { group, name, value: mean, low: Math.min(...values), high: Math.max(...values) };
      });
      const options = {
        xLabel: "finished trials so far",
        ends: "with minimum and maximum over its seeds",
      };
      const drawn = figure(
        (size) => intervalsFigure(shown, svgDocument(), { ...size, ...options }),
        null,
        width,
      );
      return drawn && asPart(drawn.markup);
    },
  };
}

/** Returns what trials of different seeds have in common: `letter: softmax, seed 3: 0.71` is `letter: softmax`. */
export const withoutSeed = (message: string): string =>
  message.replace(/,? seed \d+\b.*/s, "").replace(/:? -?[\d.]+ ?%?$/, "");
