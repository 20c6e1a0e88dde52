import { defaultDevice, type numpy as np } from "@jax-js/jax";
import { eager } from "../lower/eager-rules.ts";
import { programInputs } from "../write/onnx-program.ts";
import { type BlockInputs, runBlock } from "./block.ts";
import type { Place } from "./engine-memory.ts";
import { inPlace } from "./in-place.ts";
import { type Parts, resultsOf } from "./parts.ts";
import { isAlone, type Leaf, placeOf, small } from "./places.ts";
import { makeRunner } from "./runner.ts";
import type { SessionOptions } from "./session.ts";
import { makeSpares, type Slot } from "./spares.ts";

/** A compiled program for fixed shapes: arrays in (consumed, unless the run throws), arrays out. */
export interface NativeProgram {
  run(inputs: readonly Leaf[]): np.Array[];
  /** Several runs, each of which is given what the one before passes on. Results are on the wasm device. */
  runBlock(inputs: BlockInputs): np.Array[];
  dispose(): void;
}

/** Loads a written program, and owns it from here on. */
export function makeProgram(parts: Parts, options: SessionOptions): NativeProgram {
  const { program, ending } = parts;
  const { draws, consts } = program;
  const results = resultsOf(parts);
  const runner = makeRunner(parts, options);
  const spares = makeSpares(results);
  const over = ending ? inPlace(ending.generated) : new Map<number, number>();
  // Keys are drawn from among them, and the end reads them where they are.
  const keepsConsts = draws !== null || ending !== null;
  if (!keepsConsts) for (const c of consts) c.dispose();
  return {
    run(given) {
      const inputs = programInputs(program, given);
      const onWasm = defaultDevice() === "wasm";
      const taken = new Set<number>();
      const outputs: (Slot & { over?: np.Array })[] = [];
      let places: (Place | undefined)[];
      try {
        places = inputs.map((x, i) => (runner.reads.has(i) ? placeOf(x) : undefined));
        for (const [i, result] of results.entries()) {
          const index = over.get(i) ?? -1;
          const [x, place] = [inputs[index], places[index]];
          if (onWasm && index >= consts.length && typeof x !== "number" && isAlone(x, place!)) {
            outputs.push({ array: null, place: place!, over: x });
            taken.add(index);
          } else outputs.push(spares.take(result));
        }
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
        if (i < consts.length || typeof x === "number" || taken.has(i)) continue;
        const place = places[i];
        if (place === undefined) x.dispose();
        else spares.keep(x, place);
      }
      return outputs.map(({ array, place, over }, i) => {
        // A new array over the same buffer: whoever still has the old one gets an error that it is gone.
        if (over !== undefined) return eager.reshape([over], { shape: results[i].shape })[0];
        return array ?? small(results[i], place as never);
      });
    },
    runBlock: (inputs) => runBlock(parts, runner, spares, inputs),
    dispose() {
      runner.dispose();
      spares.dispose();
      if (keepsConsts) for (const c of consts) c.dispose();
    },
  };
}
