/**
 * Rows of musk1 that are of one molecule, in the order of the file: conformations of 92 molecules, 47 of them musks. The bundled table
 * doesn't say which; in UCI's file (`clean1.data`), whose 476 rows are the same in the same order, each row has the name of its molecule.
 */
// biome-ignore format: one number a molecule
const conformations = [
  4, 4, 2, 3, 4, 2, 2, 2, 5, 6, 5, 8, 4, 2, 4, 3, 5, 4, 8, 4, 4, 4, 2, 8, 4, 4, 2, 8, 4, 4, 4,
  8, 2, 4, 4, 2, 8, 8, 2, 4, 3, 5, 4, 5, 5, 8, 6, 4, 4, 2, 4, 2, 9, 2, 2, 2, 4, 2, 9, 32, 4, 2,
  2, 4, 4, 2, 2, 2, 2, 4, 2, 4, 2, 2, 2, 2, 8, 4, 8, 2, 40, 40, 2, 2, 2, 2, 4, 16, 4, 4, 3, 8,
];

/** The number of its molecule for each row. */
export const molecules: Int32Array = Int32Array.from(
  conformations.flatMap((count, molecule) => Array<number>(count).fill(molecule)),
);
