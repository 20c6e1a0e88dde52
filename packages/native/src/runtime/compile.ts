import { defaultDevice } from "@jax-js/jax";
import {
  type Compile,
  type Compiled,
  checkNumber,
  compileWithJit,
  type Loop,
  type OptionNames,
  readOptions,
  type Tree,
} from "minimand/engine";
import { UnsupportedPrimitiveError } from "../lower/lower.ts";
import { checkSession, loadRuntime, type SessionOptions, sessionOptions } from "./session.ts";
import { type Specialised, specialise } from "./specialise.ts";

/** How functions are compiled. */
export interface NativeOptions extends SessionOptions {
  /** Most shapes of arguments that one function is compiled for. Default 8. */
  maxShapes?: number;
}

/** What {@link nativeCompiler} makes, and what it does where ONNX can't express a function. */
export interface NativeCompilerOptions extends NativeOptions {
  /** Called once for each primitive that makes a function run under the engine's `jit`. Default: `console.warn`. */
  warn?: (message: string) => void;
}

/**
 * Compiles a function of arrays to ONNX and loads it into ONNX Runtime.
 *
 * The result is called like the function and consumes its arguments. Shapes, types and tree structure other than those of the example
 * compile again. Results are on the default device. A position outside of an axis is an error when the program runs, and one below zero
 * counts from the end; the engine takes some other entry. A call that throws leaves its arguments as they were; a call after `dispose`
 * throws. Where the environment variable MINIMAND_PROFILE names a folder, the optimised graph and the times of its operators are written
 * there.
 *
 * @param exampleArgs trees of arrays (only looked at) and numbers; numbers are inputs of the program
 * @throws NativeUnavailableError where ONNX Runtime isn't installed or may not start in this worker; UnsupportedPrimitiveError naming the
 *   primitive and the equation where ONNX can't express the function; TypeError where it reads values while it is traced or has a dtype
 *   other than float32, float64, int32, uint32 and bool; RangeError (from the call) after `maxShapes` shapes, and for `maxShapes` and
 *   `threads` that are no integers >= 1, and for more than four threads per core, and for a folder of profiles that can't be made
 * @example
 * const f = await compile((x: np.Array) => x.ref.mul(x), [np.array([1, 2, 3])])
 */
export async function compile<A extends Tree[], R extends Tree>(
  fn: (...args: A) => R,
  exampleArgs: NoInfer<A>,
  options: NativeOptions = {},
): Promise<Compiled<A, R>> {
  readOptions("compile", options, nativeOptions);
  checkLimits(options);
  loadRuntime();
  const compiled = specialise(fn, options);
  compiled.prepare(exampleArgs);
  return compiled.call;
}

/**
 * Returns a compiler for training steps: takes the place of `jit` wherever a `compile` is asked for.
 *
 * Programs are made at the first call with each shape, and are like those of {@link compile}. A function that ONNX can't express runs under
 * `jit`, after one warning for each primitive. Its `loop` makes several steps in one call, and `together` makes batched steps, those of
 * several carries at once, see {@link Compile}.
 *
 * @throws NativeUnavailableError where ONNX Runtime isn't installed or may not start in this worker; RangeError as {@link compile}
 * @example
 * const step = supervised({ model, objective, optimizer, compile: await nativeCompiler() })
 */
export async function nativeCompiler(given: NativeCompilerOptions = {}): Promise<Compile> {
  const { warn, ...options } = readOptions("nativeCompiler", given, {
    ...nativeOptions,
    warn: [console.warn],
  });
  checkLimits(options);
  loadRuntime();
  const warned = new Set<string>();
  /** Thrown before any argument is consumed. */
  const unsupported = (error: unknown): void => {
    if (!(error instanceof UnsupportedPrimitiveError)) throw error;
    if (!warned.has(error.primitive))
      warn(`${error.message}; the function runs under the engine's jit instead`);
    warned.add(error.primitive);
  };
  const shared = sharing(options);
  const compileOrJit: Compile = <A extends Tree[], R extends Tree>(fn: (...args: A) => R) => {
    const native = shared(fn);
    let instead: Compiled<A, R> | undefined;
    const call = (...args: A): R => {
      if (instead !== undefined) return instead(...args);
      try {
        return native.call(...args);
      } catch (error) {
        unsupported(error);
        instead = compileWithJit(fn);
        return instead(...args);
      }
    };
    return Object.assign(call, {
      dispose() {
        native.dispose();
        instead?.dispose();
        instead = undefined;
      },
    });
  };
  const inSteps =
    (how: "block" | "together") =>
    <C extends Tree, X extends Tree, F extends Tree, R extends Tree>(
      fn: (carry: C, x: X, fixed: F) => [C, R],
    ): Loop<C, X, F, R> => {
      const native = shared(fn);
      let refused = false;
      const call = (carry: C, xs: X[], fixed: F): [C, R] | null => {
        // Buffers of other devices aren't written in turn.
        if (refused || defaultDevice() !== "wasm") return null;
        try {
          return native[how](carry, xs, fixed);
        } catch (error) {
          // The code that makes the steps one by one reports why they run elsewhere.
          if (!(error instanceof UnsupportedPrimitiveError)) throw error;
          refused = true;
          return null;
        }
      };
      return Object.assign(call, { dispose: native.dispose });
    };
  return Object.assign(compileOrJit, { loop: inSteps("block"), together: inSteps("together") });
}

/** Makes the same programs for whoever compiles a function, one by one and in blocks; the last one who disposes of them frees them. */
function sharing(options: NativeOptions) {
  // biome-ignore lint/suspicious/noExplicitAny: functions of any arguments.
  const known = new WeakMap<object, { native: Specialised<any, any>; users: number }>();
  return <A extends Tree[], R extends Tree>(fn: (...args: A) => R) => {
    const entry = known.get(fn) ?? { native: specialise(fn, options), users: 0 };
    known.set(fn, entry);
    entry.users++;
    const native: Specialised<A, R> = entry.native;
    let used = true;
    const check = (): void => {
      if (!used) throw new Error("fn: expected a compiled function in use, got one that was disposed");
    };
    return {
      call: (...args: A): R => {
        check();
        return native.call(...args);
      },
      block: (...args: Parameters<typeof native.block>): R => {
        check();
        return native.block(...args);
      },
      together: (...args: Parameters<typeof native.together>): R => {
        check();
        return native.together(...args);
      },
      dispose(): void {
        if (used && --entry.users === 0) {
          native.call.dispose();
          known.delete(fn);
        }
        used = false;
      },
    };
  };
}

const nativeOptions: OptionNames<NativeOptions> = { ...sessionOptions, maxShapes: true };

function checkLimits({ maxShapes = 8, ...session }: NativeOptions): void {
  checkNumber("maxShapes", maxShapes, { min: 1, integer: true });
  checkSession(session);
}
