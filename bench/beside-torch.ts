import { type Compile, compileWithJit } from "minimand/engine";
import { processorTime } from "./processor-time.ts";
import { replaceSection } from "./results.ts";
import { besideTorchRow, mediansInTurn, nativeOnOneThread, torchOr } from "./side-by-side.ts";

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
  const [native, torch] = [await nativeOnOneThread(), await torchOr(script)];
  const [onWasm, onNative] = [stepOf(compileWithJit), native === null ? null : stepOf(native)];
  const middle = await mediansInTurn(
    {
      ...(onNative !== null && { native: () => processorTime(onNative, 4) }),
      wasm: () => processorTime(onWasm, 1),
      ...(torch !== null && { torch: () => torch.ask("step 4") }),
    },
    rounds,
  );
  torch?.stop();
  replaceSection({ title, command, rows: [besideTorchRow(what, middle, torch, 0)] });
  return middle;
}
