import type { EngineUsed } from "@minimand/compare";
import { UsageError } from "../failure.ts";
import { arrayEngine } from "../version.ts";
import { compilerOf } from "./engine.ts";

/** What was asked for; `undefined` leaves the choice to the machine. */
export interface EngineAsked {
  engine?: EngineUsed["name"];
  threads?: number;
}

/**
 * The engine to compute with: native where ONNX Runtime loads, else wasm with a line that says what is missing.
 *
 * @returns `note` is that line, or null
 * @throws UsageError where native was asked for and ONNX Runtime is missing, and for threads on wasm
 */
export async function chooseEngine({
  engine,
  threads,
}: EngineAsked): Promise<{ engine: EngineUsed; note: string | null }> {
  const wasm: EngineUsed = { name: "wasm", version: arrayEngine, threads: 1 };
  if (engine === "wasm") {
    if (threads === undefined) return { engine: wasm, note: null };
    throw new UsageError(
      `--threads: expected no number with --engine wasm, which computes in one thread a worker, got ${threads}`,
    );
  }
  const { NativeUnavailableError, runtimeVersion } = await import("@minimand/native");
  const native = {
    name: "native",
    version: `onnxruntime-node ${runtimeVersion}`,
    threads: threads ?? 1,
  } as const;
  try {
    await compilerOf(native, () => {});
    return { engine: native, note: null };
  } catch (error) {
    if (!(error instanceof NativeUnavailableError)) throw error;
    if (engine === "native") throw new UsageError(`--engine native: ${error.message}`);
    const ignored = threads === undefined ? "" : "; --threads has no effect";
    return { engine: wasm, note: `computing on wasm: ${error.message}${ignored}` };
  }
}
