/*
 * A training step of a network at all widths of its codes (three passes: most bits, drawn bits, fewest bits) beside three steps of networks
 * of one width, and beside itself where the first and the last layer differ in bits, so that the passes share nothing; on wasm and on the
 * native engine with one thread, in turn in one run. Processor time of the process. Prints its rows as JSON.
 *
 *   npx node --conditions=minimand-source bench/elastic-step.ts [rounds]
 */
import { numpy as np } from "@jax-js/jax";
import {
  adam,
  calibrateElastic,
  chain,
  crossEntropy,
  dense,
  elasticNetwork,
  minibatches,
  objectiveOf,
  sequential,
  supervised,
  uniformConfigs,
} from "minimand";
import { type Compile, compileWithJit, keyOf } from "minimand/engine";
import { relu } from "minimand/models";
import { clipByValue } from "minimand/optimizers";
import { elasticStep, quantizedModel, refElastic } from "minimand/quantization";
import { startEngine } from "minimand/start";
import { processorTime } from "./processor-time.ts";
import type { Row } from "./results.ts";
import { mediansInTurn, nativeOnOneThread, stepping } from "./side-by-side.ts";

const rounds = Number(process.argv[2] ?? 15);
const repeats = 5;
const rows = 128;
const sizes = [784, 64, 64, 64, 64, 10];

await startEngine();

const network = elasticNetwork(
  sizes
    .slice(1)
    .flatMap((outputs, i) => [
      dense({ inputs: sizes[i], outputs, initial: "he" }),
      ...(i < sizes.length - 2 ? [relu] : []),
    ]),
  { bits: [2, 3, 4, 8] },
);
const x = Float32Array.from({ length: rows * sizes[0] }, (_, i) => Math.abs(Math.sin(i * i)));
const y = Int32Array.from({ length: rows }, (_, i) => i % 10);
const start = calibrateElastic(
  network,
  sequential(network.pieces).init(keyOf(1)),
  np.array(x, { shape: [rows, sizes[0]] }),
);
const batches = minibatches({ x, shape: [sizes[0]], y, classes: 10 }, { size: rows, seed: 1 });
const optimizer = chain(clipByValue(1), adam(1e-3));

type Run = () => Promise<void>;

function runsWith(compile: Compile): { [side: string]: Run } {
  const elastic = (endBits: number): Run =>
    stepping(
      elasticStep({ network, start: () => refElastic(start), optimizer, endBits, wdr: {}, compile }),
      batches,
    );
  const single = [8, 4, 2].map((bits): Run => {
    const model = quantizedModel(network, uniformConfigs(network.layers, { bits }), () => refElastic(start));
    const objective = objectiveOf(model, (logits, y, { weights }) => crossEntropy(logits, y, { weights }));
    return stepping(supervised({ model, objective, optimizer, compile }), batches);
  });
  return {
    elastic: elastic(8),
    unshared: elastic(4),
    async single() {
      for (const run of single) await run();
    },
  };
}

const native = await nativeOnOneThread();
const engines = { ...(native !== null && { native: runsWith(native) }), wasm: runsWith(compileWithJit) };
const times = await mediansInTurn(
  Object.fromEntries(
    Object.entries(engines).flatMap(([engine, own]) =>
      Object.entries(own).map(([side, run]) => [`${engine} ${side}`, () => processorTime(run, repeats)]),
    ),
  ),
  rounds,
);

const row = (what: string, beside: string): Row => [
  what,
  Object.keys(engines)
    .map((engine) => {
      const [taken, other] = ["elastic", beside].map((side) => times[`${engine} ${side}`]);
      return `${engine} ${(taken / other).toFixed(2)} (${taken.toFixed(1)} ms, ${other.toFixed(1)} ms)`;
    })
    .join(", "),
  "",
  true,
];
const name = `step at all widths of ${sizes.join("-")}, batch ${rows}, three passes`;
const result: Row[] = [
  row(`${name}, as a share of three steps of one width each`, "single"),
  row("the same, as a share of that whose passes share nothing", "unshared"),
];
console.log(JSON.stringify({ rows: result }));
process.exit(0);
