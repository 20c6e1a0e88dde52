/*
 * Training steps of several configurations as one program beside the same one configuration after the other, on the native engine with
 * one thread, in turn: batches packed, blocks of 16 steps, losses read. Processor time of the process. Prints the ratios as JSON.
 *
 *   npx node --conditions=minimand-source bench/joined-steps.ts            a small network's rows
 *   npx node --conditions=minimand-source bench/joined-steps.ts --write    all shapes, and joined-shapes.ts of the library, by which it chooses
 */
import { writeFileSync } from "node:fs";
import { adamw, crossEntropy, minibatches, mlp, objectiveOf, supervised } from "minimand";
import { type Compile, keyOf } from "minimand/engine";
import { flat } from "minimand/models";
import { startEngine } from "minimand/start";
import { joinStates } from "../packages/minimand/src/training/batched/joined-states.ts";
import { processorTime } from "./processor-time.ts";
import type { Row } from "./results.ts";
import { mediansInTurn, nativeOnOneThread } from "./side-by-side.ts";

const steps = 16;
const rounds = 7;
const numbers = [2, 4, 8];
const networks: [inputs: number, hidden: number[], outputs: number][] = [
  [8, [16], 2],
  [8, [64, 64], 2],
  [100, [64, 64], 10],
  [100, [256, 256], 10],
];
const batchSizes = [16, 64, 256];

interface Shape {
  rows: number;
  parameters: number;
  /** Time of a step together, as a share of that one after the other; by number of configurations. */
  shares: number[];
}

async function measure(
  compile: Compile,
  rows: number,
  [inputs, hidden, outputs]: (typeof networks)[number],
): Promise<Shape> {
  const model = flat(mlp({ inputs, hidden, outputs }));
  const x = Float32Array.from({ length: steps * rows * inputs }, (_, i) => Math.sin(i * i));
  const y = Int32Array.from({ length: steps * rows }, (_, i) => i % outputs);
  const batches = minibatches({ x, shape: [inputs], y, classes: outputs }, { size: rows, seed: 1 });
  const make = () =>
    supervised({
      model,
      objective: objectiveOf(model, (f, labels, { weights }) => crossEntropy(f, labels, { weights })),
      optimizer: ({ learningRate }) => adamw(learningRate, { weightDecay: 1e-4 }),
      compile,
    });
  const shares: number[] = [];
  let parameters = 0;
  for (const count of numbers) {
    const step = make();
    const states = Array.from({ length: count }, (_, i) =>
      step.init(keyOf(0), { hyper: { learningRate: 1e-3 * (i + 1) } }),
    );
    parameters = (states[0].params as { size: number }).size;
    let joined = joinStates(states)!;
    const alone = async (): Promise<void> => {
      for (const [i, state] of states.entries()) {
        const [next, { loss }] = step.updateAll!(state, [...batches.epoch(0)])!;
        states[i] = next;
        await loss.data();
      }
    };
    const together = async (): Promise<void> => {
      const [next, { loss }] = step.updateJoined!(joined, [...batches.epoch(0)])!;
      joined = next;
      await loss.data();
    };
    const times = await mediansInTurn(
      { alone: () => processorTime(alone, 3), together: () => processorTime(together, 3) },
      rounds,
    );
    shares.push(Number((times.together / times.alone).toFixed(2)));
    step.dispose();
  }
  return { rows, parameters, shares };
}

const all = process.argv.includes("--write");
await startEngine();
const compile = await nativeOnOneThread();
const shapes: Shape[] = [];
if (compile !== null)
  for (const network of all ? networks : [networks[1]])
    for (const rows of batchSizes) {
      const shape = await measure(compile, rows, network);
      shapes.push(shape);
      process.stderr.write(`${JSON.stringify(shape)}\n`);
    }

if (all && shapes.length > 0) {
  const file = new URL("../packages/minimand/src/training/batched/joined-shapes.ts", import.meta.url);
  const lines = shapes.map(
    ({ rows, parameters, shares }) => `  [${rows}, ${parameters}, ${shares.join(", ")}],`,
  );
  writeFileSync(
    file,
    `/**
 * Measured by \`bench/joined-steps.ts --write\`: the time of a step of 2, 4 and 8 states together, as a share of that one after the other,
 * by the rows of a batch and the parameters of a state.
 */
export const joinedShapes: readonly (readonly [
  rows: number,
  parameters: number,
  ofTwo: number,
  ofFour: number,
  ofEight: number,
])[] = [
${lines.join("\n")}
];
`,
  );
}
console.log(
  JSON.stringify({
    rows: shapes.map(
      ({ rows, parameters, shares }): Row => [
        `steps of ${rows} rows and ${parameters} parameters, ${numbers.join(", ")} configurations together against one after the other`,
        shares.map((share) => share.toFixed(2)).join(", "),
        "",
        true,
      ],
    ),
  }),
);
