import { rangeError, typeError } from "minimand/engine";

/**
 * Throws unless a state has a typed array of that kind, and of that length where one is given. Whoever writes a snapshot can write any
 * state: what the options ask memory for has to be there before the memory is taken.
 */
export function checkSaved<A extends Float64Array | Int32Array | Uint32Array>(
  name: string,
  values: unknown,
  kind: new (length: number) => A,
  length?: number,
): asserts values is A {
  if (!(values instanceof kind)) throw typeError(name, `numbers as ${kind.name}`, values);
  if (length !== undefined && values.length !== length) throw rangeError(name, `${length} numbers`, values);
}
