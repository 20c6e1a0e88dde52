import type { Curve } from "@minimand/compare";

/** What a reader may change: a number between two ends, or one of several words. */
export type Control =
  | {
      kind: "range";
      name: string;
      label: string;
      min: number;
      max: number;
      step: number;
      value: number;
      log?: true;
    }
  | { kind: "choice"; name: string; label: string; options: string[]; value: string };

/** A number between two ends. */
export type Range = Extract<Control, { kind: "range" }>;

/** What the controls say, by their names. */
export type Values = Record<string, number | string>;

/** A figure that follows a reader's hand, as the page knows it before any of it is loaded; plain JSON. */
export interface Lesson {
  /** What one sees, and what to look for. */
  about: string;
  controls: Control[];
}

/** Pictures one after the other: how dense something is in each cell, row by row, 0 to 255, and which cells are solid. */
export interface Frames {
  width: number;
  frames: Uint8Array[];
  solid: Uint8Array;
  label: string;
}

/** What a lesson shows for its values. */
export interface Shown {
  /** The curves of each figure. */
  figures: Curve[][];
  /** What these values do, in numbers that were computed for them. */
  words: string;
  frames?: Frames;
}

/** A number of the controls. */
export const numberOf = (values: Values, name: string): number => Number(values[name]);

/** Numbers from one end to the other, both included. */
export const spaced = (from: number, to: number, count: number): number[] =>
  Array.from({ length: count }, (_, i) => from + ((to - from) * i) / (count - 1));
