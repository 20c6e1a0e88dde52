/*
 * An output layer of 200,000 classes, 300 features, batch 128: one exact step of the factored layer (Z-loss), beside the
 * dense log-softmax step of the engine (jit on wasm), of our own SIMD loops and of PyTorch (where installed), in turn in one
 * process; how the factored step grows from 10,000 to 1,000,000 classes; and the peak memory of each, in processes of their
 * own. Prints medians in milliseconds and ratios as JSON.
 *
 *   node --conditions=minimand-source bench/output-layer.ts [rounds]
 */
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import {
  denseOutputLayer,
  FactoredOutputLayer,
  type Floats,
  type Precision,
} from "@minimand/lab/output-layer";
import { zLossSpec } from "minimand/losses";
import { startEngine } from "minimand/start";
import { median } from "./adam-step.ts";
import { engineStep, type LayerShape, startTorch } from "./dense-steps.ts";

const shape: LayerShape = { classes: 200_000, features: 300, batch: 128 };
/** Steps of the factored layer for each dense one. */
const factoredSteps = 20;
const loss = zLossSpec({ a: 0.1, b: 10 });

/** Numbers of variance `1 / features`, quickly (xorshift): what they are doesn't matter. */
function numbers<A extends Floats>(values: A, features: number): A {
  const scale = Math.sqrt(3 / features) / 2 ** 31;
  let state = 0x9e3779b9;
  for (let i = 0; i < values.length; i++) {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    values[i] = scale * state;
  }
  return values;
}

/** Fresh labels over all classes, so that every step fetches rows from all over the memory. */
const labelsOf = ({ classes, batch }: LayerShape): Int32Array<ArrayBuffer> =>
  Int32Array.from({ length: batch }, () => Math.floor(Math.random() * classes));
const hiddenOf = ({ features, batch }: LayerShape): Float32Array<ArrayBuffer> =>
  numbers(new Float32Array(batch * features), 3);

type Step = () => Promise<number> | number;

/** Steps that give their milliseconds. */
const kinds = {
  factored: (of: LayerShape, precision: Precision = "float64"): Step => {
    const size = of.classes * of.features;
    const weights = precision === "float64" ? new Float64Array(size) : new Float32Array(size);
    const layer = new FactoredOutputLayer(numbers(weights, of.features), of);
    const hidden = hiddenOf(of);
    return () => {
      const labels = labelsOf(of);
      const started = performance.now();
      layer.step(hidden, labels, { loss, learningRate: 0.1 });
      return performance.now() - started;
    };
  },
  factored32: (of: LayerShape): Step => kinds.factored(of, "float32"),
  ours: (of: LayerShape): Step => {
    const layer = denseOutputLayer(numbers(new Float32Array(of.classes * of.features), of.features), of);
    const hidden = hiddenOf(of);
    return () => {
      const labels = labelsOf(of);
      const started = performance.now();
      layer.step(hidden, labels, { loss: "log-softmax", learningRate: 0.1 });
      return performance.now() - started;
    };
  },
  engine: (of: LayerShape): Step => {
    const run = engineStep(
      of,
      hiddenOf(of),
      numbers(new Float32Array(of.classes * of.features), of.features),
    );
    return async () => {
      const labels = labelsOf(of);
      const started = performance.now();
      await run(labels);
      return performance.now() - started;
    };
  },
};

/** Peak resident memory of this process, in MB, as the kernel counts it (Linux). */
function peak(): number {
  return Number(/VmHWM:\s+(\d+)/.exec(readFileSync("/proc/self/status", "utf8"))?.[1] ?? 0) / 1024;
}

async function memoryOf(kind: keyof typeof kinds): Promise<void> {
  await startEngine();
  const before = peak();
  const step = kinds[kind](shape);
  for (let i = 0; i < 3; i++) await step();
  console.log(JSON.stringify(peak() - before));
}

async function timesOf(steps: Record<string, Step>, rounds: number, repeats: Record<string, number> = {}) {
  const times = Object.fromEntries(Object.keys(steps).map((name) => [name, [] as number[]]));
  for (let round = -1; round < rounds; round++) {
    for (const [name, step] of Object.entries(steps)) {
      for (let i = 0; i < (repeats[name] ?? 1); i++) {
        const taken = await step();
        // The first round is for the compilers of all sides.
        if (round >= 0) times[name].push(taken);
      }
    }
  }
  return Object.fromEntries(Object.entries(times).map(([name, values]) => [name, median(values)]));
}

async function main(rounds: number): Promise<void> {
  await startEngine();
  const torch = await startTorch(shape);
  if (torch === null)
    process.stderr.write("PyTorch: left out, /usr/bin/python3 has no torch (Debian: python3-torch)\n");
  const steps = {
    factored: kinds.factored(shape),
    factored32: kinds.factored32(shape),
    ours: kinds.ours(shape),
    engine: kinds.engine(shape),
    ...(torch === null ? {} : { torch: torch.step }),
  };
  const many = { factored: factoredSteps, factored32: factoredSteps };
  const times = await timesOf(steps, rounds, many);
  torch?.stop();

  const growth: Record<string, number> = {};
  for (const precision of ["float32", "float64"] as const) {
    const sizes = { few: { ...shape, classes: 10_000 }, many: { ...shape, classes: 1_000_000 } };
    const layers = {
      few: kinds.factored(sizes.few, precision),
      many: kinds.factored(sizes.many, precision),
    };
    const { few, many } = await timesOf(layers, factoredSteps * rounds);
    Object.assign(growth, { [`${precision}Few`]: few, [`${precision}Many`]: many, [precision]: many / few });
  }

  const memory: Record<string, number> = {};
  for (const kind of Object.keys(kinds)) {
    const self = new URL(import.meta.url).pathname;
    const out = execFileSync(process.execPath, ["--conditions=minimand-source", self, "memory", kind]);
    memory[kind] = Number(out);
  }
  console.log(
    JSON.stringify({
      ...times,
      timesFasterThanEngine: times.engine / times.factored,
      timesFasterThanOurs: times.ours / times.factored,
      ...(torch === null ? {} : { timesFasterThanTorch: times.torch / times.factored }),
      growth,
      memoryMB: memory,
      torchVersion: torch?.version ?? null,
    }),
  );
}

if (process.argv[2] === "memory") await memoryOf(process.argv[3] as keyof typeof kinds);
else await main(Number(process.argv[2] ?? 5));
