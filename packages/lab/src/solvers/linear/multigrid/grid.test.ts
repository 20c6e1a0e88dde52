import { describe, expect, it } from "vitest";
import { type Boundary, poisson2d, poisson3d } from "../poisson.ts";
import { times } from "../sparse-rows.ts";
import { disc } from "../systems.fixture.ts";
import { coarser, gridOf } from "./grid.ts";

/** What the interpolation makes of coarse values. */
function fineOf(A: ReturnType<typeof poisson2d>, coarse: (cell: number) => number): Float64Array {
  const { prolongation } = coarser(gridOf(A))!;
  const values = Float64Array.from({ length: prolongation.columns }, (_, cell) => coarse(cell));
  return times(prolongation, values, new Float64Array(A.size));
}

describe("the interpolation between grids", () => {
  it("keeps a constant on fluid cells where nothing is fixed, around obstacles, along odd and single axes", () => {
    for (const A of [
      poisson2d({ shape: [20, 20], solid: disc(20), boundary: "neumann" }),
      poisson2d({ shape: [1, 7], boundary: "neumann" }),
      poisson3d({ shape: [5, 4, 3], boundary: "neumann" }),
    ])
      fineOf(A, () => 1).forEach((value, cell) => {
        expect(value).toBeCloseTo(A.fluid[cell], 12);
      });
  });

  it("is linear, with shares of 3/4 and 1/4, and 0 beyond an open edge", () => {
    const along = (boundary: Boundary, shape: readonly [number, number]) => [
      ...fineOf(poisson2d({ shape, boundary }), (cell) => cell + 1),
    ];
    expect(along("dirichlet", [1, 4])).toEqual([0.75, 1.25, 1.75, 1.5]);
    expect(along("neumann", [1, 4])).toEqual([1, 1.25, 1.75, 2]);
    expect(along("neumannExceptTop", [4, 1])).toEqual([0.75, 1.25, 1.75, 2]);
    expect(along("dirichlet", [2, 2])).toEqual([1, 1, 1, 1].map((value) => 0.5625 * value));
  });

  it("ends where no axis can be halved", () => {
    expect(coarser(gridOf(poisson2d({ shape: [1, 1] })))).toBeNull();
  });
});
