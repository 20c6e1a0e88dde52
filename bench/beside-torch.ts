import { NativeUnavailableError, nativeCompiler } from "@minimand/native";
import { type Compile, compileWithJit } from "minimand/engine";
import { median } from "./adam-step.ts";
import { processorTime } from "./processor-time.ts";
import { startPython } from "./python.ts";
import { replaceSection } from "./results.ts";

/** A training step that is compared. */
export interface BesideTorch {
  title: string;
  command: string;
  /** What a step is of. */
  what: string;
  /** The step as a compiler makes it. */
  stepOf: (compile: Compile) => () => Promise<void>;
  /** What does the same in PyTorch: for each line `step times` a line with the mean milliseconds. */
  script: `./${string}.py`;
  rounds: number;
}

/**
 * Times a step on wasm, on the native engine and in PyTorch (where Debian's package is installed), one thread each, in turn in one run, as
 * processor time of the process. Writes its section of RESULTS.md and returns the medians.
 */
export async function besideTorch({
  title,
  command,
  what,
  stepOf,
  script,
  rounds,
}: BesideTorch): Promise<{ [side: string]: number }> {
  const native = await nativeCompiler({ threads: 1 }).catch((error: unknown) => {
    if (!(error instanceof NativeUnavailableError)) throw error;
    process.stderr.write(`native engine: left out, ${error.message}\n`);
    return null;
  });
  const torch = await startPython(script);
  if (torch === null)
    process.stderr.write("PyTorch: left out, /usr/bin/python3 has no torch (Debian: python3-torch)\n");

  const [onWasm, onNative] = [stepOf(compileWithJit), native === null ? null : stepOf(native)];
  const sides: { [side: string]: () => Promise<number> } = {
    ...(onNative !== null && { native: () => processorTime(onNative, 4) }),
    wasm: () => processorTime(onWasm, 1),
    ...(torch !== null && { torch: () => torch.ask("step 4") }),
  };
  const taken = new Map(Object.keys(sides).map((name) => [name, [] as number[]]));
  // The first rounds are for the compilers of all sides.
  for (let round = -2; round < rounds; round++)
    for (const [name, run] of Object.entries(sides)) {
      const time = await run();
      if (round >= 0) taken.get(name)?.push(time);
    }
  torch?.stop();
  const middle = Object.fromEntries([...taken].map(([name, values]) => [name, median(values)]));
  const parts = Object.keys(sides)
    .filter((name) => name !== "torch")
    .map((name) => {
      const ms = `${middle[name].toFixed(0)} ms`;
      return torch === null ? `${name} ${ms}` : `${name} ${(middle[name] / middle.torch).toFixed(2)} (${ms})`;
    });
  const share =
    torch === null ? "" : `, as a share of ${torch.version}, eager (${middle.torch.toFixed(0)} ms)`;
  replaceSection({ title, command, rows: [[`${what}${share}`, parts.join(", "), "", true]] });
  return middle;
}
