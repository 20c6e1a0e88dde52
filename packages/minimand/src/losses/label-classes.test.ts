import { numpy as np } from "@jax-js/jax";
import { expect, it } from "vitest";
import { haveLabels, knownOf } from "./label-classes.ts";

it("what was said of labels is known of them, of their range only under the weights of their batch", () => {
  const labels = np.array(new Int32Array([0, 4]));
  const [weights, others] = [np.ones([2]), np.ones([2])];
  expect(knownOf(labels)).toBeUndefined();
  haveLabels(labels, undefined, weights);
  expect(knownOf(labels)).toBeUndefined();
  haveLabels(labels, { classes: 5, range: [0, 4] }, weights);
  expect(knownOf(labels)).toMatchObject({ classes: 5, range: [0, 4] });
  expect(knownOf(labels, weights)).toMatchObject({ classes: 5, range: [0, 4] });
  expect(knownOf(labels, others)).toEqual({ classes: 5 });
});
