import { sizeOfValue } from "../generated/kernels.ts";
import { dtypeOf, type Variable } from "../lower/lower.ts";
import type { ArrayPort } from "../write/ports.ts";
import { fedType } from "../write/ports.ts";
import { allocate } from "./allocate.ts";
import { binderOf, engineMemory, locate, type Place } from "./engine-memory.ts";
import type { Ending, Parts } from "./parts.ts";
import { loadKernels } from "./pass.ts";
import { partOf } from "./places.ts";
import { createSession, type Feed, type SessionOptions } from "./session.ts";

/** What computes a program, from places to places. */
export interface Runner {
  /** Which inputs are read, by position. */
  reads: ReadonlySet<number>;
  /**
   * @param inputs places by position; only those that are read
   * @param outputs places of all results
   */
  run(inputs: readonly (Place | undefined)[], outputs: readonly Place[]): void;
  dispose(): void;
}

/** Loads a program into ONNX Runtime, and compiles its generated kernels, where it has any. */
export function makeRunner({ program, ending }: Parts, options: SessionOptions): Runner {
  const { model, fed, results } = program;
  // All of a program may be its end.
  const isWide = [...fed, ...results].some(({ dtype }) => dtype === "float64");
  const session = results.length === 0 && ending !== null ? null : createSession(model, options, isWide);
  const pass = ending && loadKernels(ending.generated);
  const [feeds, fetches, none] = [feedsOf(fed), feedsOf(results), {}];
  // Ports are bound once; a run changes what their tensors look at.
  const given = fed.map(({ name, dtype, index }) => ({ index, bind: binderOf(feeds[name], dtype) }));
  const fetched = results.map(({ name, dtype }) => binderOf(fetches[name], dtype));
  const memory = engineMemory();
  const between = results
    .slice(ending?.kept.length ?? results.length)
    .map(({ dtype, size }) => allocate({ dtype, size, weak: false }));
  const handedOver = between.map(locate);
  const placesOfResults = (outputs: readonly Place[]): readonly Place[] =>
    ending === null ? outputs : [...ending.kept.map((index) => outputs[index]), ...handedOver];
  return {
    reads: new Set([
      ...fed.map(({ index }) => index),
      ...(ending?.generated.inputs ?? []).flatMap(({ of, index }) => (of === "program" ? [index] : [])),
    ]),
    run(inputs, outputs) {
      const ofResults = placesOfResults(outputs);
      const ofEnd = ending && placesOfEnd(ending, inputs, ofResults, outputs);
      if (ofEnd) pass!.prepare(ofEnd[0]);
      // From here on nothing is allocated, so that views of the engine's memory stay good.
      const { buffer } = memory;
      for (const { index, bind } of given) bind(inputs[index]!, buffer);
      for (let i = 0; i < fetched.length; i++) fetched[i](ofResults[i], buffer);
      session?.run(feeds, fetches, none);
      for (const places of ofEnd ?? []) pass!.run(places);
    },
    dispose() {
      session?.dispose();
      pass?.dispose();
      for (const array of between) array.dispose();
    },
  };
}

/** The places of an end's inputs and outputs, for each of the several values that the program computes. */
function placesOfEnd(
  { generated, several }: Ending,
  inputs: readonly (Place | undefined)[],
  ofResults: readonly Place[],
  outputs: readonly Place[],
): Place[][] {
  const read = generated.inputs.map(({ of, index }) => (of === "head" ? ofResults[index] : inputs[index]!));
  const written = generated.outputs.map(({ index }) => outputs[index]);
  if (several === undefined) return [[...read, ...written]];
  const at = (place: Place, variable: Variable, i: number): Place =>
    partOf(place, { size: sizeOfValue(variable), dtype: dtypeOf(variable) }, i);
  return Array.from({ length: several.count }, (_, i) => [
    ...generated.inputs.map(({ variable, of, index }, port) =>
      of === "head" || several.inputs[index] ? at(read[port], variable, i) : read[port],
    ),
    ...generated.outputs.map(({ variable }, port) => at(written[port], variable, i)),
  ]);
}

function feedsOf(ports: readonly ArrayPort[]): Record<string, Feed> {
  return Object.fromEntries(
    ports.map(({ name, dtype, shape }): [string, Feed] => {
      return [name, { type: fedType(dtype), data: new Uint8Array(0), dims: shape, location: "cpu" }];
    }),
  );
}
