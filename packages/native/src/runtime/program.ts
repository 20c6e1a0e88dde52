import { numpy as np } from "@jax-js/jax";
import { programInputs } from "../write/onnx-program.ts";
import type { ProgramOutput } from "../write/ports.ts";
import { locate, type Place, type valuesAt } from "./engine-memory.ts";
import type { Parts } from "./parts.ts";
import { makeRunner } from "./runner.ts";
import type { SessionOptions } from "./session.ts";
import { makeSpares } from "./spares.ts";

/** A compiled program for fixed shapes: arrays in (consumed, unless the run throws), arrays out. */
export interface NativeProgram {
  run(inputs: readonly (np.Array | number)[]): np.Array[];
  dispose(): void;
}

/** Loads a written program, and owns it from here on. */
export function makeProgram(parts: Parts, options: SessionOptions): NativeProgram {
  const { program, ending } = parts;
  const { draws, consts } = program;
  const results = ending?.results ?? program.results;
  const { reads, ...runner } = makeRunner(parts, options);
  const spares = makeSpares(results);
  // Keys are drawn from among them, and the end reads them where they are.
  const keepsConsts = draws !== null || ending !== null;
  if (!keepsConsts) for (const c of consts) c.dispose();
  return {
    run(given) {
      const inputs = programInputs(program, given);
      const outputs: ReturnType<typeof spares.take>[] = [];
      let places: (Place | undefined)[];
      try {
        places = inputs.map((x, i) => (reads.has(i) ? place(x) : undefined));
        for (const result of results) outputs.push(spares.take(result));
        runner.run(
          places,
          outputs.map((output) => output.place),
        );
      } catch (error) {
        for (const { array } of outputs) array?.dispose();
        for (const drawn of inputs.slice(consts.length + given.length)) (drawn as np.Array).dispose();
        throw error;
      }
      for (const [i, x] of inputs.entries()) {
        if (i < consts.length || typeof x === "number") continue;
        const place = places[i];
        if (place === undefined) x.dispose();
        else spares.keep(x, place);
      }
      return outputs.map(
        ({ array, place }, i) => array ?? small(results[i], place as ReturnType<typeof valuesAt>),
      );
    },
    dispose() {
      runner.dispose();
      spares.dispose();
      if (keepsConsts) for (const c of consts) c.dispose();
    },
  };
}

function place(x: np.Array | number): Place {
  return typeof x === "number" ? Float32Array.of(x) : locate(x);
}

/** A result that was not written to the engine's memory: one without elements, a number, or one for another device. */
function small({ dtype, shape, weak }: ProgramOutput, data: ReturnType<typeof valuesAt>): np.Array {
  if (data.length === 0) return np.zeros([...shape], { dtype: dtype as never });
  // A weak type is that of a number of JavaScript.
  return weak && dtype === "float32" && data.length === 1
    ? np.array(data[0]).reshape([...shape])
    : np.array(data as never, { shape: [...shape], dtype: dtype as never });
}
