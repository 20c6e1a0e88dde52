import { defaultDevice, init } from "@jax-js/jax";
import { nativeCompiler } from "@minimand/native";
import type { Compile } from "minimand/engine";
import { startEngine } from "minimand/start";
import { adamFit, adamStep, large, type Shape, small, time } from "../adam-step.ts";
import { loadOnnxWeb } from "./web-session.ts";

/* A worker of the page that measures: one way to compute, whose name the worker's begins with. It answers how long steps take. */

/** Steps of one network: each by itself, with its loss read, or as `fit` makes them; or the first one of a batch with twice so many rows less. */
export interface Asked {
  network: "tiny" | "small" | "large";
  as: "single" | "fit" | "first";
  steps: number;
}

const networks: Record<Asked["network"], Shape> = {
  tiny: { rows: 32, inputs: 4, hidden: [64, 64], classes: 3 },
  small,
  large,
};

/** @returns the compiler, and the milliseconds until it was there */
async function start(): Promise<{ compile?: Compile; loading: number }> {
  const started = performance.now();
  const [way] = self.name.split(" ");
  let compile: Compile | undefined;
  if (way === "plain") {
    await init("wasm");
    defaultDevice("wasm");
  } else await startEngine();
  if (way === "onnx") {
    await loadOnnxWeb();
    compile = await nativeCompiler();
  }
  return { ...(compile && { compile }), loading: performance.now() - started };
}

const starting = start();
const known = new Map<string, (steps: number) => Promise<number>>();

/** Mean milliseconds of a step. */
async function measure({ network, as, steps }: Asked): Promise<number> {
  const { compile } = await starting;
  const shape = networks[network];
  if (as === "first") return time(adamStep({ ...shape, rows: shape.rows - 2 * steps }, compile), 1);
  const name = `${network} ${as}`;
  let run = known.get(name);
  if (run === undefined) {
    const step = adamStep(shape, compile);
    run = as === "fit" ? adamFit(shape, compile) : (count) => time(step, count);
    known.set(name, run);
  }
  return run(steps);
}

self.onmessage = async ({ data }: MessageEvent<Asked | "loading">) => {
  try {
    self.postMessage(data === "loading" ? (await starting).loading : await measure(data));
  } catch (error) {
    self.postMessage(String((error as Error).stack));
  }
};
