import { numpy as np } from "@jax-js/jax";
import { rangeError, typeError } from "../engine/checks.ts";
import type { Tree } from "../engine/tree.ts";
import { kindOf, type Tensor } from "./safetensors.ts";

/**
 * The arrays of a tree on the host, named by the way to each: `layers.0.weight`; that of a bare array is empty.
 *
 * @param tree of float32, float64, int32 or uint32 arrays, and numbers; kept
 * @returns tensors by name, for {@link writeSafetensors}
 * @throws TypeError for an array of another kind, or two of one name (`{ "a.b": ..., a: { b: ... } }`)
 * @example
 * const tensors = await tensorsOf({ layers: [{ weight: np.array([1, 2]) }] })
 * tensors["layers.0.weight"].data // [1, 2]
 */
export async function tensorsOf(tree: Tree): Promise<Record<string, Tensor>> {
  const leaves: [string, np.Array | number][] = [];
  mapNamed(tree, (leaf, name) => leaves.push([name, leaf as np.Array | number]));
  const tensors: Record<string, Tensor> = {};
  for (const [name, leaf] of leaves) {
    if (Object.hasOwn(tensors, name))
      throw typeError(`array ${name}`, "a name of its own", "one used before");
    tensors[name] =
      typeof leaf === "number" ? { shape: [], data: Float64Array.of(leaf) } : await tensorOf(leaf, name);
  }
  return tensors;
}

/**
 * A tree as {@link tensorsOf} has named it.
 *
 * @param tensors by name
 * @param like a tree of the same structure, shapes and dtypes, as `model.init(key).params`; kept
 * @returns new arrays, in the structure of `like`
 * @throws RangeError, TypeError naming the tensor that is missing, of another shape or dtype, or one too many
 * @example
 * const params = treeOf(readSafetensors(bytes).tensors, model.init(key).params)
 */
export function treeOf<T extends Tree>(tensors: Record<string, Tensor>, like: T): T {
  const unused = new Set(Object.keys(tensors));
  const made: np.Array[] = [];
  try {
    const tree = mapNamed(like, (leaf, name) => {
      unused.delete(name);
      const tensor = Object.hasOwn(tensors, name) ? tensors[name] : undefined;
      if (typeof leaf === "number") {
        if (tensor === undefined) throw rangeError(`tensor ${name}`, "a number", undefined);
        return tensor.data[0];
      }
      const array = arrayOf(tensor, leaf as np.Array, name);
      made.push(array);
      return array;
    });
    for (const name of unused) throw rangeError("tensors", "only those of the tree", name);
    return tree as T;
  } catch (error) {
    for (const array of made) array.dispose();
    throw error;
  }
}

/** The numbers of an array on the host. Keeps the array. */
export async function tensorOf(array: np.Array, name: string): Promise<Tensor> {
  const { shape, dtype } = array;
  const data = await array.ref.data();
  // Booleans come as int32 numbers.
  if (kindOf(data) === null || dtype === np.bool)
    throw typeError(`array ${name}`, "float32, float64, int32 or uint32 numbers", { shape, dtype });
  return { shape: [...shape], data: data as Tensor["data"] };
}

/** A tensor as an array of the engine, of the shape and dtype of another one, which is kept. */
export function arrayOf(tensor: Tensor | undefined, like: np.Array, name: string): np.Array {
  const { shape, dtype } = like;
  const expected = `${dtype}[${shape.join(", ")}]`;
  if (tensor === undefined) throw rangeError(`tensor ${name}`, expected, undefined);
  const got = { shape: tensor.shape, dtype: dtypes[kindOf(tensor.data)!] };
  if (got.dtype !== dtype) throw typeError(`tensor ${name}`, expected, got);
  if (got.shape.join() !== shape.join()) throw rangeError(`tensor ${name}`, expected, got);
  return np.array(tensor.data as Float32Array<ArrayBuffer>, { shape: [...shape], dtype });
}

const dtypes = { F64: np.float64, F32: np.float32, I32: np.int32, U32: np.uint32 };

/** The same lists and objects with every other value replaced; `f` is given the path to it, `layers.0.weight`. */
export function mapNamed(value: unknown, f: (leaf: unknown, name: string) => unknown, name = ""): unknown {
  const at = (key: string | number): string => (name === "" ? String(key) : `${name}.${key}`);
  if (Array.isArray(value)) return value.map((part, i) => mapNamed(part, f, at(i)));
  if (!isPlainObject(value)) return f(value, name);
  const parts = Object.entries(value);
  return Object.fromEntries(parts.map(([key, part]) => [key, mapNamed(part, f, at(key))]));
}

/** Whether a value is an object without a class, of this page or another one. */
function isPlainObject(value: unknown): value is object {
  if (typeof value !== "object" || value === null) return false;
  const prototype = Object.getPrototypeOf(value);
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}
