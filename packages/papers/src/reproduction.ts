import type { Dataset } from "@minimand/compare";
import type { Compile } from "minimand/engine";
import type { RuleChange } from "./rule-log.ts";

/** What a paper is, what it claims, and by which rule its reproduction is judged. */
export interface PaperCard {
  slug: string;
  title: string;
  /** Number of authors. */
  authors: number;
  arxiv: string;
  /** Year and month of the first version, `2023-04`. */
  date: string;
  /** The main claim, in one or two sentences. */
  claim: string;
  /** The rule from which the verdict is computed, in words that match the code. */
  rule: string;
  /** When the rule was written and changed, and what had been seen by then; see `ruleHeading`. */
  ruleLog: readonly RuleChange[];
  /** Public names of the library pieces that the paper is about. */
  pieces: string[];
  /** Data sets asked for, in the words of `host.dataset`, `host.images` and `host.text`. */
  data: string[];
}

/** A measured table row: column name to value. */
export type Row = Record<string, string | number | null>;

/** A curve of the report, for a plot. */
export interface Series {
  name: string;
  xLabel: string;
  yLabel: string;
  x: number[];
  y: number[];
  /** Ends of a band around the curve, e.g. of its standard error; both or none. */
  low?: number[];
  high?: number[];
  /** How values are spread over the axes: linear (the default) or logarithmic. */
  xScale?: "linear" | "log";
  yScale?: "linear" | "log";
}

/** A quantity on a grid, for a heat map. */
export interface Field {
  name: string;
  /** What the values are, with their unit. */
  valueLabel: string;
  /** Rows from top to bottom; null where there is no value. */
  values: (number | null)[][];
  xLabel: string;
  yLabel: string;
  /** Where the first column begins and the last one ends; default 0 and their number. */
  x?: [number, number];
  /** Where the first row begins and the last one ends; default 0 and their number. */
  y?: [number, number];
}

/** Pictures side by side, as those made of a prompt before and after. */
export interface PictureRow {
  name: string;
  /** Pixels a row, of every picture. */
  width: number;
  /** Red, green and blue of each pixel one after the other, row by row, whole numbers from 0 to 255. */
  pictures: { caption: string; rgb: number[] }[];
}

export interface ReproductionReport {
  rows: Row[];
  series: Series[];
  /** Heat maps, where there are any. */
  fields?: Field[];
  /** Pictures, where there are any. */
  pictures?: PictureRow[];
  /** `undecided` where the rule asks for more certainty than the trials give. */
  verdict: "reproduced" | "partly reproduced" | "not reproduced" | "undecided";
  /** The numbers that decided, in one or two sentences. */
  because: string;
}

/** What came out of the run of a paper that is committed. */
export interface Outcome extends Pick<ReproductionReport, "verdict" | "because"> {
  scale: Scale;
  seeds: number;
  /** What held of the claim, in one or two sentences; null where nothing did. */
  held: string | null;
  /** What did not hold; null where everything did. */
  notHeld: string | null;
  /** How long it took, as the paper's page says with the circumstances. */
  seconds: number;
}

export interface Progress {
  done: number;
  total: number;
  message: string;
}

/** Grey images, one byte per pixel, row-major. */
export interface Images {
  pixels: Uint8Array;
  labels: Uint8Array;
  count: number;
  height: number;
  width: number;
}

/** What a single trial may ask of the place it runs in. It touches no file, network or page itself. */
export interface TrialHost {
  /** A tabular data set by its bundled name; rejects with a clear message where it is absent. */
  dataset(name: string): Promise<Dataset>;
  /** An image set: `mnist-train`, `mnist-test`, `fashion-train`, `fashion-test`, ... */
  images(name: string): Promise<Images>;
  /** A text by its bundled name: one sentence a line, an empty line between documents. Absent where the host has none. */
  text?(name: string): Promise<string>;
  /** A file of the paper's own folder by its path there, as `checkpoints/model.safetensors`. Absent where the host has none. */
  asset?(path: string): Promise<Uint8Array>;
  /** The compiler of training steps and forward passes; default: the engine's own. */
  compile?: Compile;
  signal?: AbortSignal;
}

/** `quick` is a smoke test of seconds, `default` the pilot of the sheet, `full` all that the paper's claim asks. */
export type Scale = "quick" | "default" | "full";

/** What a whole reproduction may ask of the place it runs in. */
export interface Host<Spec, Result> extends TrialHost {
  scale: Scale;
  /** Number of seeds asked for, or null for the scale's own number. */
  seeds: number | null;
  /** The seed that others count from; default the paper's own. */
  firstSeed?: number | null;
  /** Runs independent trials, in workers where the host has them; results arrive in any order. */
  trials(specs: readonly Spec[]): AsyncIterable<{ index: number; result: Result }>;
}

/**
 * One paper's main claim, runnable. Its folder has a file for each role, in addition to what is particular to it: `card`, and the others in
 * `run/`. These are `settings` (how much of everything), `arms` (what is compared), `trial` (specs, results, and how one comes of the
 * other), `report` (tables and curves), `verdict` (the card's rule) and `reproduction` (which trials a run and tuning make). Specs and
 * results are plain JSON, so that a host can send them to worker threads.
 */
export interface Reproduction<Spec, Result> {
  card: PaperCard;
  /** The seed that a run counts from; default 0. */
  firstSeed?: number;
  /** Seeds on which something was chosen, so that no measured run may have them. */
  tuningSeeds: readonly number[];
  /** One independent trial; the same spec gives the same result. */
  trial(spec: Spec, host: TrialHost): Promise<Result>;
  /** The measured run: yields progress, returns the report. Uses the committed choices of {@link tune}. */
  run(host: Host<Spec, Result>): AsyncGenerator<Progress, ReproductionReport>;
  /** Chooses hyperparameters on other seeds or folds with equal effort for every arm; its rows are committed as `tuned.json`. */
  tune?(host: Host<Spec, Result>): AsyncGenerator<Progress, { rows: Row[]; choices: Record<string, Row> }>;
}
