import { type ArchitectureResult, architectureRows } from "./architecture-rows.ts";
import { type BanditResult, banditRows, type ServiceResult, serviceRows } from "./bandit-rows.ts";
import { compareRows } from "./compare-rows.ts";
import { bundleRows, memoryRows, stepRows } from "./library-rows.ts";
import { measure } from "./measure.ts";
import { nativeRows } from "./native-rows.ts";
import { type OutputLayerResult, outputLayerRows } from "./output-layer-rows.ts";
import type { Row } from "./results.ts";
import { type SharpnessAwareTimes, sharpnessAwareRows } from "./sharpness-aware-rows.ts";
import { webRows } from "./web-rows.ts";

/** A benchmark with a section of its own. */
export interface Part {
  title: string;
  /** Measures it: rows of its table, or why there are none. */
  rows: () => Row[] | string;
  /** It writes its section itself, with more than its rows, takes longer than all others, and is run where it is named. */
  alone?: true;
}

/** The benchmarks that need no data from elsewhere, by their names. */
export const parts: Record<string, Part> = {
  step: { title: "A step on wasm", rows: stepRows },
  memory: { title: "Memory", rows: memoryRows },
  bundle: { title: "Bundles", rows: bundleRows },
  command: { title: "The command", rows: () => measure<{ rows: Row[] }>("command.ts").rows },
  native: { title: "Native engine", rows: nativeRows },
  web: { title: "In a page", rows: webRows },
  compare: { title: "The main job", rows: compareRows },
  "output-layer": {
    title: "Output layers of many classes",
    rows: () => outputLayerRows(measure<OutputLayerResult>("output-layer.ts")),
  },
  "sharpness-aware": { title: "Sharpness-aware steps", rows: sharpnessAware },
  "architecture-search": {
    title: "Architecture search",
    rows: () => architectureRows(measure<ArchitectureResult>("architecture-search.ts")),
  },
  bandits: { title: "Bandits", rows: () => banditRows(measure<BanditResult>("bandits.ts")) },
  service: { title: "Service", rows: () => serviceRows(measure<ServiceResult>("service-load.ts")) },
  convolution: {
    title: "Convolutions, processor time",
    rows: () => measure<{ rows: Row[] }>("convolution.ts").rows,
  },
  elastic: {
    title: "Networks of all widths, processor time",
    rows: () => measure<{ rows: Row[] }>("elastic-step.ts").rows,
  },
  joined: {
    title: "Configurations as one program, processor time",
    rows: () => measure<{ rows: Row[] }>("joined-steps.ts").rows,
  },
  queue: {
    title: "Runs on a store",
    rows: () => measure<{ rows: Row[] }>("queue.ts").rows,
    alone: true,
  },
};

function sharpnessAware(): Row[] {
  const { wasm, native } = measure<{ wasm: SharpnessAwareTimes; native: SharpnessAwareTimes | null }>(
    "sharpness-aware.ts",
  );
  return [
    ...sharpnessAwareRows("wasm", wasm),
    ...(native === null ? [] : sharpnessAwareRows("native", native)),
  ];
}
