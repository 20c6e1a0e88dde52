/*
 * A classifier of clothes that is trained once, and whose bits are chosen when it is shipped.
 *
 * The network is trained in float first, then at all widths of its codes and all their forms at once. After that nothing is trained: the
 * same weights become an int8 file for a server and smaller ones for a page, in several forms, and widths layer by layer are searched for.
 * What each choice costs is printed: accuracy on test images as ONNX Runtime computes it from the file of integers, beside bytes.
 *
 *     npx node --conditions=minimand-source examples/quantised-classifier.ts [FOLDER]
 */

import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { numpy as np } from "@jax-js/jax";
import { dataFile } from "@minimand/data";
import { loadModel, NativeUnavailableError, nativeCompiler, toOnnxQdq } from "@minimand/native";
import { readIdx } from "@minimand/papers";
import {
  adam,
  calibrateElastic,
  chain,
  crossEntropy,
  dense,
  disposeState,
  type ElasticVariables,
  elasticNetwork,
  exportQuantized,
  minibatches,
  objectiveOf,
  type QuantConfig,
  sequential,
  supervised,
  train,
  uniformConfigs,
} from "minimand";
import { type Compile, compileWithJit, disposeTree, keyOf, refTree, type Tree } from "minimand/engine";
import { relu } from "minimand/models";
import { clipByValue } from "minimand/optimizers";
import {
  elasticApply,
  elasticStep,
  geneticSearch,
  layerSizes,
  refElastic,
  selectionOf,
} from "minimand/quantization";
import { startEngine } from "minimand/start";

const inputs = 784;
const width = 64;
const classes = 10;
const seed = 1;
const sizes = [inputs, width, width, width, classes];

export interface QuantisedClassifierSettings {
  /** Images to learn from, and others to choose by; together at most 10,000. */
  images?: number;
  held?: number;
  /** Passes over them in float, and at all widths. */
  floatEpochs?: number;
  epochs?: number;
  /** Where the files go; none are written without it. */
  folder?: string;
  /** The engine's own unless given. */
  compile?: Compile;
}

/** One way to ship the network. */
export interface Shipped {
  name: string;
  /** Codes packed, step sizes, biases. */
  bytes: number;
  /** Of the ONNX file. */
  fileBytes: number;
  /** On test images, before the training at all widths, and after it as ONNX Runtime computes it. */
  before: number;
  accuracy: number;
}

export interface QuantisedClassifierResult {
  float: { bytes: number; accuracy: number };
  shipped: Shipped[];
}

export async function quantisedClassifier(
  settings: QuantisedClassifierSettings = {},
): Promise<QuantisedClassifierResult> {
  const { images = 6000, held: others = 1000, floatEpochs = 6, epochs = 4, folder, compile } = settings;
  const pool = await clothes("fashion-train", images + others);
  const [learned, held] = [part(pool, 0, images), part(pool, images, others)];
  const test = await clothes("fashion-test", 2000);
  const network = elasticNetwork(
    sizes
      .slice(1)
      .flatMap((outputs, i) => [
        dense({ inputs: sizes[i], outputs, initial: "he" }),
        ...(i < sizes.length - 2 ? [relu] : []),
      ]),
    { bits: [2, 3, 4, 8] },
  );
  const data = minibatches({ x: learned.x, shape: [inputs], y: learned.y, classes }, { size: 128, seed });

  const model = sequential(network.pieces);
  const floatStep = supervised({
    model,
    optimizer: adam(1e-3),
    compile,
    objective: objectiveOf(model, (logits, y, { weights }) => crossEntropy(logits, y, { weights })),
  });
  const floatRun = await train({
    step: floatStep,
    state: floatStep.init(keyOf(seed)),
    data,
    epochs: floatEpochs,
  });
  const params = refTree(floatStep.params(floatRun.state));
  disposeState(floatRun.state);
  floatStep.dispose();
  const [logits] = model.apply(
    { params: refTree(params), state: network.pieces.map(() => ({})) },
    arrayOf(test),
    {
      training: false,
    },
  );
  const floatAccuracy = accuracyOf(await logits.data(), test.y);

  const variables = { params, state: network.pieces.map(() => ({})) };
  const start = calibrateElastic(network, variables, arrayOf(part(learned, 0, Math.min(256, images))));
  const step = elasticStep({
    network,
    start: () => refElastic(start),
    optimizer: chain(clipByValue(1), adam(1e-3)),
    compile,
    wdr: {},
  });
  const run = await train({ step, state: step.init(keyOf(seed)), data, epochs });
  const trained = {
    params: refTree(step.params(run.state)),
    state: refTree(step.modelState(run.state)),
  } as unknown as ElasticVariables;
  disposeState(run.state);
  step.dispose();

  // One program tells the accuracy of all configurations.
  const forward = (compile ?? compileWithJit)(
    (of: Tree, x: np.Array, selection: np.Array): np.Array =>
      elasticApply(network, of as unknown as ElasticVariables, x, selection),
  );
  const shape = [network.layers, 6, network.bits.length];
  const accuracyAt = async (of: ElasticVariables, rows: Clothes, configs: readonly QuantConfig[]) => {
    const selection = np.array(selectionOf(network, configs), { shape });
    const output = forward(refTree(of as unknown as Tree), arrayOf(rows), selection);
    return accuracyOf(await output.data(), rows.y);
  };

  const search = await geneticSearch({
    layers: layerSizes(network, trained, arrayOf(part(test, 0, 1))),
    bits: network.bits,
    target: { weight: 3, act: 4 },
    tolerance: 1,
    population: 12,
    generations: 6,
    seed,
    fitness: (configs) => accuracyAt(trained, held, configs),
  });
  const choices: [name: string, configs: QuantConfig[]][] = [
    ["8 bits by channel, for a server", uniformConfigs(network.layers, { bits: 8 })],
    ["8 bits by tensor with offsets", uniformConfigs(network.layers, { bits: 8, ...byTensor })],
    ["4 bits by channel, for a page", uniformConfigs(network.layers, { bits: 4, endBits: 4 })],
    ["3 bits of weights on average, searched", search.configs],
    ["2 bits between the ends", uniformConfigs(network.layers, { bits: 2 })],
  ];
  if (folder !== undefined) await mkdir(folder, { recursive: true });
  const shipped: Shipped[] = [];
  let floatBytes = 0;
  for (const [name, configs] of choices) {
    const narrow = configs.every(({ weightBits }) => weightBits <= 4);
    const container = narrow ? "int4" : "int8";
    const bytes = toOnnxQdq(network, trained, configs, { shape: [inputs], container });
    if (folder !== undefined) await writeFile(join(folder, `${name.replaceAll(/[ ,]+/g, "-")}.onnx`), bytes);
    const runtime = loadModel(bytes);
    const { output } = runtime.run({ x: { data: test.x, shape: [test.y.length, inputs] } });
    runtime.dispose();
    const exported = exportQuantized(network, trained, configs);
    floatBytes = exported.floatBytes;
    shipped.push({
      name,
      bytes: exported.sizeBytes,
      fileBytes: bytes.length,
      before: await accuracyAt(start, test, configs),
      accuracy: accuracyOf(output.data as Float32Array, test.y),
    });
  }
  forward.dispose();
  disposeTree([start, trained] as unknown as Tree);
  return { float: { bytes: floatBytes, accuracy: floatAccuracy }, shipped };
}

const byTensor = { granularity: "tensor", weightSymmetric: false, actSymmetric: false } as const;

interface Clothes {
  x: Float32Array<ArrayBuffer>;
  y: Int32Array<ArrayBuffer>;
}

/** The first images of a file, and what they show. */
async function clothes(name: string, count: number): Promise<Clothes> {
  const file = async (kind: string) =>
    new Uint8Array(gunzipSync(await readFile(dataFile(`images/${name}-${kind}.gz`))));
  const { pixels, labels } = readIdx(await file("images.idx3"), await file("labels.idx1"), name);
  return {
    x: Float32Array.from(pixels.subarray(0, count * inputs), (v) => v / 255),
    y: Int32Array.from(labels.subarray(0, count)),
  };
}

const part = ({ x, y }: Clothes, first: number, count: number): Clothes => ({
  x: x.slice(first * inputs, (first + count) * inputs),
  y: y.slice(first, first + count),
});

const arrayOf = ({ x, y }: Clothes): np.Array => np.array(x, { shape: [y.length, inputs] });

function accuracyOf(logits: ArrayLike<number>, y: Int32Array): number {
  const right = y.reduce((sum, label, row) => {
    const of = Array.from({ length: classes }, (_, k) => logits[row * classes + k]);
    return sum + Number(of.indexOf(Math.max(...of)) === label);
  }, 0);
  return right / y.length;
}

if (import.meta.main) {
  await startEngine();
  const compile = await nativeCompiler().catch((error: unknown) => {
    if (!(error instanceof NativeUnavailableError)) throw error;
    return undefined;
  });
  const folder = process.argv[2] ?? "minimand-quantised";
  const { float, shipped } = await quantisedClassifier({ folder, compile });
  const line = (name: string, ...cells: string[]): void =>
    console.log(name.padEnd(40) + cells.map((cell) => cell.padStart(12)).join(""));
  const percent = (v: number): string => `${(100 * v).toFixed(1)} %`;
  line("", "kB", "kB of ONNX", "untrained", "accuracy");
  line("float", (float.bytes / 1000).toFixed(1), "", "", percent(float.accuracy));
  for (const { name, bytes, fileBytes, before, accuracy } of shipped)
    line(name, (bytes / 1000).toFixed(1), (fileBytes / 1000).toFixed(1), percent(before), percent(accuracy));
  console.log(`files in ${folder}`);
}
