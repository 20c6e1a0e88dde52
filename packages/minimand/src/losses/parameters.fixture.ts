import { numpy as np, valueAndGrad } from "@jax-js/jax";
import { expect } from "vitest";
import { compiledValueAndGrad } from "../engine/differentiate.ts";
import type { Parameter } from "../engine/parameter.ts";
import { closeTo, numbers } from "./numbers.fixture.ts";

const close = closeTo(5e-5);

/** Values of a loss's parameters, by name. */
export interface ParameterValues {
  [name: string]: number;
}

/** Parameters as a loss is given them: numbers, or 0-d arrays that may be inputs of a program. */
export type Given<Values extends ParameterValues = ParameterValues> = { [Name in keyof Values]?: Parameter };

/** A loss of two arrays and its options, with the options that are `Parameter`s apart: by default those values. */
export function withParameters<Options, Values extends ParameterValues>(
  loss: (first: np.Array, second: np.Array, options: Options & Given<Values>) => np.Array,
  parameters: Values,
): (first: np.Array, second: np.Array, options: Options, given?: Given) => np.Array {
  return (first, second, options, given = parameters) => loss(first, second, { ...options, ...given });
}

/**
 * Expects a loss to have the same value and gradient with parameters that are inputs of a compiled program as with numbers,
 * and to consume each array once, whichever of the parameters are arrays.
 */
export function expectParametersAsInputs(
  loss: (x: np.Array, parameters: Given) => np.Array,
  x: () => np.Array,
  values: ParameterValues,
): void {
  const names = Object.keys(values);
  const arrays = (of: readonly string[]): { [name: string]: np.Array } => {
    const { dtype } = x();
    return Object.fromEntries(of.map((name) => [name, np.array(values[name], { dtype })]));
  };

  const [value, gradient] = valueAndGrad((input: np.Array) => loss(input, values).mean())(x());
  const program = compiledValueAndGrad((input: np.Array, given: { [name: string]: np.Array }) =>
    loss(input, given).mean(),
  );
  const [compiledValue, compiledGradient] = program(x(), arrays(names));
  close(numbers(compiledGradient), numbers(gradient));
  close(numbers(compiledValue), numbers(value));
  program.dispose();

  const plain = numbers(loss(x(), values));
  for (const given of [...names.map((name) => [name]), names]) {
    const parameters = arrays(given);
    const uses = Object.fromEntries(given.map((name) => [name, parameters[name].ref]));
    close(numbers(loss(x(), { ...values, ...uses })), plain);
    expect(
      given.filter((name) => parameters[name].refCount !== 1),
      "parameters that were not consumed once",
    ).toEqual([]);
  }
}
