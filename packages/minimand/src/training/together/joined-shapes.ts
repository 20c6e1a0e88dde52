/**
 * Measured by `bench/joined-steps.ts --write`: the time of a step of 2, 4 and 8 states together, as a share of that one after the other,
 * by the rows of a batch and the parameters of a state.
 */
export const joinedShapes: readonly (readonly [
  rows: number,
  parameters: number,
  ofTwo: number,
  ofFour: number,
  ofEight: number,
])[] = [
  [16, 178, 0.66, 0.33, 0.21],
  [64, 178, 0.63, 0.35, 0.23],
  [256, 178, 0.77, 0.47, 0.4],
  [16, 4866, 0.8, 0.5, 0.34],
  [64, 4866, 0.86, 0.47, 0.46],
  [256, 4866, 0.82, 0.72, 0.68],
  [16, 11274, 0.81, 0.64, 0.43],
  [64, 11274, 0.8, 0.57, 1.5],
  [256, 11274, 0.8, 0.61, 0.47],
  [16, 94218, 0.47, 0.91, 0.91],
  [64, 94218, 1.41, 0.99, 0.61],
  [256, 94218, 0.75, 0.93, 1.11],
];
