import { NativeUnavailableError, nativeCompiler } from "@minimand/native";
import type { Minibatches, SupervisedState, TrainStep } from "minimand";
import { type Compile, keyOf } from "minimand/engine";
import { median } from "./adam-step.ts";
import { type Python, startPython } from "./python.ts";
import type { Row } from "./results.ts";

/** The native engine on one thread; null, and a note, where there is none. */
export const nativeOnOneThread = (): Promise<Compile | null> =>
  nativeCompiler({ threads: 1 }).catch((error: unknown) => {
    if (!(error instanceof NativeUnavailableError)) throw error;
    process.stderr.write(`native engine: left out, ${error.message}\n`);
    return null;
  });

/** PyTorch that runs a script; null, and a note, where it isn't installed. */
export async function torchOr(script: `./${string}.py`): Promise<Python | null> {
  const torch = await startPython(script);
  if (torch === null)
    process.stderr.write("PyTorch: left out, /usr/bin/python3 has no torch (Debian: python3-torch)\n");
  return torch;
}

/** Step after step of a fresh state on all examples, packed each time, and the loss read. */
export function stepping(step: TrainStep<SupervisedState>, batches: Minibatches): () => Promise<void> {
  const ids = Int32Array.from({ length: batches.count }, (_, i) => i);
  let state = step.init(keyOf(0));
  return async () => {
    const [next, { loss }] = step.update(state, batches.at(ids));
    state = next;
    await loss.data();
  };
}

/** Median times of sides that run in turn, after some rounds for their compilers. */
export async function mediansInTurn(
  sides: { [side: string]: () => Promise<number> },
  rounds: number,
): Promise<{ [side: string]: number }> {
  const taken = new Map(Object.keys(sides).map((side) => [side, [] as number[]]));
  for (let round = -3; round < rounds; round++)
    for (const [side, run] of Object.entries(sides)) {
      const time = await run();
      if (round >= 0) taken.get(side)?.push(time);
    }
  return Object.fromEntries([...taken].map(([side, values]) => [side, median(values)]));
}

/** A line of the table: native and wasm, as a share of PyTorch where it ran. */
export function besideTorchRow(
  what: string,
  { torch: ofTorch, ...ours }: { [side: string]: number },
  torch: Python | null,
  digits: number,
): Row {
  const parts = Object.entries(ours).map(([side, time]) => {
    const ms = `${time.toFixed(digits)} ms`;
    return torch === null ? `${side} ${ms}` : `${side} ${(time / ofTorch).toFixed(2)} (${ms})`;
  });
  const share =
    torch === null ? "" : `, as a share of ${torch.version}, eager (${ofTorch.toFixed(digits)} ms)`;
  return [`${what}${share}`, parts.join(", "), "", true];
}
