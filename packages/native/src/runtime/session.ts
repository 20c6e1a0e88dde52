import { createRequire } from "node:module";
import { availableParallelism } from "node:os";
import { checkNumber, type OptionNames } from "minimand/engine";
import { profileFolder, profileOf } from "./profile.ts";
import { silenceTelemetry } from "./telemetry.ts";

/** ONNX Runtime isn't installed, or not for this machine, or would send telemetry from this thread. */
export class NativeUnavailableError extends Error {
  override name = "NativeUnavailableError";
}

const require = createRequire(import.meta.url);
const { optionalDependencies } = require("../../package.json") as {
  optionalDependencies: { "onnxruntime-node": string };
};

/** The version of onnxruntime-node that this package is made for. */
export const runtimeVersion: string = optionalDependencies["onnxruntime-node"];

/** The runtime alone: its install script, which fetches libraries for GPUs from outside the registry, fails where that is out of reach. */
const installRuntime = `npm install --ignore-scripts onnxruntime-node@${runtimeVersion}`;

/** A tensor as the binding reads it. */
export interface Feed {
  type: string;
  data: ArrayBufferView | readonly string[];
  dims: readonly number[];
  location: "cpu";
}

/** A loaded model. Unlike the session of onnxruntime-common it runs at once, in this thread. */
interface Session {
  /** Outputs are written to the tensors given; those that are null are made. */
  run(
    feeds: Record<string, Feed>,
    fetches: Record<string, Feed | null>,
    options: object,
  ): Record<string, Feed>;
  dispose(): void;
}

interface Binding {
  InferenceSession: new () => Session & {
    loadModel(buffer: ArrayBufferLike, offset: number, length: number, options: object): void;
    endProfiling(): string;
  };
}

/** How sessions are made. */
export interface SessionOptions {
  /** Threads inside one operation, at most four a core. Default 1: trials run in parallel already. */
  threads?: number;
  /** Names of ONNX Runtime's execution providers, best first, e.g. `["cuda", "cpu"]`. */
  providers?: readonly string[];
}

let loaded: Binding | undefined;

/** @throws NativeUnavailableError which says what to install, or which line a worker's main thread lacks */
export function loadRuntime(): Binding {
  if (loaded !== undefined) return loaded;
  const refusal = silenceTelemetry();
  if (refusal !== null) throw new NativeUnavailableError(refusal);
  try {
    // The public `run` waits for a turn of the event loop and copies; the binding below it does neither.
    const { binding, initOrt } = require("onnxruntime-node/dist/binding.js") as {
      binding: Binding;
      initOrt(): void;
    };
    initOrt();
    loaded = binding;
    return binding;
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    const what =
      code === "MODULE_NOT_FOUND"
        ? `got none; \`${installRuntime}\` adds it`
        : `got ${message.split("\n")[0]}`;
    throw new NativeUnavailableError(
      `onnxruntime-node: expected the optional package for ${process.platform}-${process.arch}, ${what}`,
    );
  }
}

/** For what takes these and more. */
export const sessionOptions: OptionNames<SessionOptions> = { threads: true, providers: true };

/** @throws TypeError, RangeError which names the option, or the environment variable that asks for profiles */
export function checkSession({ threads = 1 }: SessionOptions): void {
  // More of them only wait for one another, and a number with a digit too many takes the machine down.
  checkNumber("threads", threads, { min: 1, max: 4 * availableParallelism(), integer: true });
  profileFolder();
}

/**
 * What ONNX Runtime does to a graph that rounds numbers to float32, whatever their type: a factor next to a product of matrices becomes an
 * attribute of it.
 */
const rounding = { optimization: { disable_specified_optimizers: "MatMulScaleFusion" } };

/**
 * Loads a model from the bytes of an ONNX file. What it does is recorded where the environment asks for profiles.
 *
 * @param isWide whether it computes with float64
 */
export function createSession(
  model: Uint8Array,
  { threads = 1, providers = ["cpu"] }: SessionOptions = {},
  isWide = false,
): Session {
  const session = new (loadRuntime().InferenceSession)();
  const profile = profileOf(session);
  session.loadModel(model.buffer, model.byteOffset, model.byteLength, {
    intraOpNumThreads: threads,
    interOpNumThreads: 1,
    executionMode: "sequential",
    graphOptimizationLevel: "all",
    executionProviders: providers,
    // Fatal ones alone: errors are thrown, and the logger would print names of the file as they are.
    logSeverityLevel: 4,
    ...(isWide && { extra: rounding }),
    ...profile?.options,
  });
  if (profile === undefined) return session;
  profile.start();
  return {
    run(feeds, fetches, options) {
      const results = session.run(feeds, fetches, options);
      profile.ran();
      return results;
    },
    dispose() {
      profile.end();
      session.dispose();
    },
  };
}
