/**
 * Values measured by `bench/joined-steps.ts --write`: the time of a step of 2, 4 and 8 states together, as a share of that one after the
 * other. It depends on the rows of a batch and the parameters of a state.
 */
export const joinedShapes: readonly (readonly [
  rows: number,
  parameters: number,
  ofTwo: number,
  ofFour: number,
  ofEight: number,
])[] = [
  [16, 178, 0.62, 0.21, 0.19],
  [64, 178, 0.45, 0.46, 0.21],
  [256, 178, 0.74, 0.47, 0.44],
  [16, 4866, 0.69, 0.45, 0.25],
  [64, 4866, 0.86, 0.56, 0.39],
  [256, 4866, 0.88, 0.75, 0.68],
  [16, 11274, 0.72, 0.59, 0.4],
  [64, 11274, 0.78, 0.59, 0.49],
  [256, 11274, 0.88, 0.75, 0.54],
  [16, 94218, 0.76, 0.9, 1.26],
  [64, 94218, 1.52, 0.89, 0.75],
  [256, 94218, 0.83, 0.94, 1.04],
];
