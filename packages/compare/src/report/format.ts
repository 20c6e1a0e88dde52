import { plural } from "../plural.ts";
import type { Configuration, DatasetReport, EngineUsed } from "../results.ts";

const digits = (value: number): string => `${Number(value.toPrecision(3))}`;

/** Returns a configuration on one line, e.g. `learning rate 0.003, tau 1`. */
export function configurationText({ learningRate, parameters }: Configuration): string {
  const rest = Object.entries(parameters).map(([name, value]) => `${name} ${digits(value)}`);
  return [`learning rate ${digits(learningRate)}`, ...rest].join(", ");
}

/** `native: onnxruntime-node 1.30.0, 1 thread`, `wasm: @jax-js/jax 0.1.25`. */
export function engineText({ name, version, threads }: EngineUsed): string {
  return `${name}: ${version}${name === "native" ? `, ${plural(threads, "thread")}` : ""}`;
}

/** `768 rows`, `90 pairs`. */
export function countOf({ rows, task }: Pick<DatasetReport, "rows" | "task">): string {
  return plural(rows, task === "preference" ? "pair" : "row");
}

/** Returns a span of time in words, e.g. `1 min 5 s`. */
export function duration(seconds: number): string {
  if (seconds < 60) return `${seconds < 10 ? seconds.toFixed(1) : Math.round(seconds)} s`;
  const minutes = Math.floor(seconds / 60);
  return minutes < 60
    ? `${minutes} min ${Math.round(seconds % 60)} s`
    : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

/** `3.7 kB`, of 1000 bytes each; of less than a tenth every byte: `0.024 kB`. */
export function kilobytes(bytes: number): string {
  const kilo = bytes / 1000;
  return `${kilo < 0.1 ? kilo.toFixed(3) : kilo < 100 ? kilo.toFixed(1) : Math.round(kilo)} kB`;
}
