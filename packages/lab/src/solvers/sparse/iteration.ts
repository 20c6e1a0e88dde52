import { numpy as np } from "@jax-js/jax";
import type { Tree } from "minimand/engine";
import { rangeError, typeError } from "minimand/engine";
import type { Tensor } from "minimand/models";

/** What a layer is given in addition to its state: the input, as measurements `[batch, measurements]`, and what isn't trained. */
export type IterationData = { y: np.Array; system: { [name: string]: np.Array } };

/** The numbers that a layer starts with, by name. */
export type StartParameters = Readonly<Record<string, number | Tensor>>;

/**
 * An iterative algorithm: one layer, what it starts from, and the numbers that may be trained. All functions are traced, and consume
 * the arrays that they are given.
 */
export interface Iteration<State extends Tree = Tree> {
  /** The name in files of saved parameters. */
  name?: string;
  /** One iteration. */
  layer(state: State, data: IterationData, parameters: { [name: string]: np.Array }): State;
  /** What each layer's parameters are at first: the same for all, or by the layer's number, from 0. */
  parameters: StartParameters | ((layer: number) => StartParameters);
  /** The least value of parameters, by name: training goes no further. */
  least?: Readonly<Record<string, number>>;
  /** What isn't trained, on the host, by name. Default: nothing. */
  system?: Readonly<Record<string, Tensor>>;
  /** The state before the first layer. Default: the input itself. */
  start?(data: IterationData): State;
  /** What a state is an estimate of. Default: the state, which then is an array. */
  output?(state: State): np.Array;
  /** What the iteration minimises, one number per example: what training without signals goes by. */
  objective?(output: np.Array, data: IterationData): np.Array;
}

/** All of an iteration, defaults filled in. */
export type WholeIteration = Required<Omit<Iteration, "objective">> & Pick<Iteration, "objective">;

/** Checks an iteration and fills in what it leaves out. */
export function wholeIteration(argument: string, iteration: Iteration): WholeIteration {
  if (typeof iteration?.layer !== "function")
    throw typeError(`${argument}.layer`, "a function", iteration?.layer);
  const { parameters } = iteration;
  if (typeof parameters !== "function" && (typeof parameters !== "object" || parameters === null))
    throw typeError(`${argument}.parameters`, "numbers by name, or a function that gives them", parameters);
  const {
    name = "iteration",
    least = {},
    system = {},
    start = inputItself,
    output = (state: Tree) => state as np.Array,
  } = iteration;
  for (const [key, tensor] of Object.entries(system)) checkTensor(`${argument}.system.${key}`, tensor);
  return { ...iteration, name, least, system, start, output };
}

/** Throws unless it is numbers on the host with their shape. */
function checkTensor(argument: string, tensor: Tensor): void {
  const { shape, data } = (tensor ?? {}) as Partial<Tensor>;
  const size = Array.isArray(shape) ? shape.reduce((all, length) => all * length, 1) : null;
  if (size === null || !ArrayBuffer.isView(data))
    throw typeError(argument, "{ shape, data } with a typed array as data", tensor);
  if (data.length !== size)
    throw rangeError(`${argument}.data`, `${size} numbers, of shape [${shape?.join(", ")}]`, data);
}

function inputItself({ y, system }: IterationData): np.Array {
  for (const array of Object.values(system)) array.dispose();
  return y;
}

/** Returns the start parameters of a layer. */
export function parametersAt({ parameters }: Pick<Iteration, "parameters">, layer: number): StartParameters {
  return typeof parameters === "function" ? parameters(layer) : parameters;
}

/** Returns a number as a tensor of the kind of numbers of the system. */
export function tensorAt(value: number | Tensor, { system }: Pick<WholeIteration, "system">): Tensor {
  if (typeof value !== "number") return value;
  const isDouble = Object.values(system).some(({ data }) => data instanceof Float64Array);
  return { shape: [], data: isDouble ? Float64Array.of(value) : Float32Array.of(value) };
}

/** Returns a tensor as an array. */
export function arrayFrom({ shape, data }: Tensor): np.Array {
  return np.array(data.slice() as Float32Array<ArrayBuffer>, { shape: [...shape] });
}

/** Returns the system as arrays. */
export function systemArrays({ system }: Pick<WholeIteration, "system">): { [name: string]: np.Array } {
  return Object.fromEntries(Object.entries(system).map(([name, tensor]) => [name, arrayFrom(tensor)]));
}

/** Returns the parameters of all layers, those of a name one behind the other along a new first axis. */
export function stackedParameters(iteration: WholeIteration, layers: number): { [name: string]: np.Array } {
  const all = Array.from({ length: layers }, (_, t) => parametersAt(iteration, t));
  const names = Object.keys(all[0]);
  return Object.fromEntries(
    names.map((name) => {
      const tensors = all.map((own, t) => {
        if (own[name] === undefined)
          throw rangeError(`parameters(${t}).${name}`, "a number or tensor", undefined);
        if (typeof own[name] !== "number") checkTensor(`parameters(${t}).${name}`, own[name]);
        return tensorAt(own[name], iteration);
      });
      const [{ shape, data }] = tensors;
      const whole = new (data.constructor as typeof Float32Array)(layers * data.length);
      tensors.forEach((tensor, t) => {
        if (tensor.shape.join() !== shape.join())
          throw rangeError(
            `parameters(${t}).${name}`,
            `shape [${shape.join(", ")}]`,
            `[${tensor.shape.join(", ")}]`,
          );
        whole.set(tensor.data as Float32Array, t * data.length);
      });
      return [name, arrayFrom({ shape: [layers, ...shape], data: whole })];
    }),
  );
}
