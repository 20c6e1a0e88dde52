/*
 * The native engine: an Adam step of a small and a large perceptron under the engine's jit on wasm, as it came and as the
 * command line starts it, in ONNX Runtime, and in PyTorch (where Debian's package is installed); in turn, in
 * one run. Also what compiling takes. Prints medians in milliseconds as JSON.
 */
import { NativeUnavailableError, nativeCompiler } from "@minimand/native";
import type { Compile } from "minimand/engine";
import { startEngine } from "minimand/start";
import { adamFit, adamStep, large, median, type Shape, small, time } from "./adam-step.ts";
import { startPlainEngine } from "./plain-engine.ts";
import { startTorch } from "./torch.ts";

const rounds = Number(process.argv[2] ?? 15);
const steps = { small: 400, large: 60 };

await startEngine();
const plain = startPlainEngine();

const compile = await nativeCompiler().catch((error: unknown) => {
  if (!(error instanceof NativeUnavailableError)) throw error;
  console.log(JSON.stringify({ missing: error.message }));
  process.exit(0);
});

/** The first call of a step traces, writes the model and makes the session; one step more or less doesn't matter. */
async function firstCall(): Promise<{ compiling: number; again: number }> {
  const step = adamStep(small, compile);
  const compiling = await time(step, 1);
  const half = (): Promise<void> => step(small.rows / 2);
  await half();
  await step();
  return { compiling, again: await time(half, 1) };
}
const { compiling: compileFirst } = await firstCall();
const later = [];
for (let i = 0; i < Math.max(3, rounds); i++) later.push(await firstCall());

type Run = (steps: number) => Promise<number>;

function inSteps(shape: Shape, compiler?: Compile): Run {
  const step = adamStep(shape, compiler);
  return (count) => time(step, count);
}

const torch = await startTorch();
if (torch === null)
  process.stderr.write("PyTorch: left out, /usr/bin/python3 has no torch (Debian: python3-torch)\n");
const twoThreads = await nativeCompiler({ threads: 2 });

async function measured(network: "small" | "large", shape: Shape): Promise<Record<string, number>> {
  const runs: Record<string, Run> = {
    plain: (count) => plain.time(network, count),
    started: inSteps(shape),
    native: inSteps(shape, compile),
    fit: adamFit(shape, compile),
    ...(network === "large" ? { threads2: inSteps(shape, twoThreads) } : {}),
    ...(torch === null ? {} : { torch: (count) => torch.time(network, count) }),
  };
  const times = new Map(Object.keys(runs).map((name) => [name, [] as number[]]));
  for (let round = -1; round < rounds; round++) {
    for (const [name, run] of Object.entries(runs)) {
      const taken = await run(steps[network]);
      // The first round is for the compilers of all sides.
      if (round >= 0) times.get(name)!.push(taken);
    }
  }
  return Object.fromEntries([...times].map(([name, values]) => [name, median(values)]));
}

const result = {
  small: await measured("small", small),
  large: await measured("large", large),
  compile: {
    first: compileFirst,
    warm: median(later.map(({ compiling }) => compiling)),
    known: median(later.map(({ again }) => again)),
  },
  torch: torch?.version ?? null,
};
torch?.stop();
plain.stop();
console.log(JSON.stringify(result));
