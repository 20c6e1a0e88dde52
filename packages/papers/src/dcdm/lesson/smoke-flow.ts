/*
 * Smoke that is lighter than air, on a square of cells: all that moves it except the pressure, which solves a Poisson equation.
 */
import type { PoissonOperator } from "@minimand/lab/solvers";

/** Velocities on the sides of cells, and smoke in their middles; rows go down. */
interface State {
  /** Across, on the left of each cell and on the right of the last: `[size, size + 1]`. */
  across: Float64Array;
  /** Down, above each cell and below the last: `[size + 1, size]`. */
  down: Float64Array;
  smoke: Float64Array;
}

type Cells = Pick<PoissonOperator, "fluid">;

/** A plume, step by step: push, solve for the pressure of the inflow, project, advect. */
export interface SmokeFlow {
  /** Share of smoke in each cell, 0 to 1. */
  readonly smoke: Float64Array;
  /** Adds new smoke below, and lets smoke rise. */
  push(): void;
  /** Returns the net inflow of each cell, the right-hand side for the pressure. */
  inflow(): Float64Array;
  /** Subtracts the gradient of a pressure from the velocities. */
  project(pressure: Float64Array): void;
  /** Moves velocities and smoke along the flow. */
  advect(): void;
}

/** Makes a plume in still air. */
export function smokeFlow(cells: Cells, size: number): SmokeFlow {
  const state: State = {
    across: new Float64Array(size * (size + 1)),
    down: new Float64Array((size + 1) * size),
    smoke: new Float64Array(size * size),
  };
  return {
    smoke: state.smoke,
    push: () => push(state, cells, size),
    inflow: () => inflow(state, cells, size),
    project: (pressure) => project(state, cells, pressure, size),
    advect: () => advect(state, cells, size),
  };
}

/** Adds new smoke below, lets smoke rise, and stops the flow at walls; above, the grid is open. */
function push({ smoke, across, down }: State, { fluid }: Cells, size: number): void {
  const [top, bottom] = [Math.round(0.88 * size), Math.round(0.96 * size)];
  for (let i = top; i < bottom; i++)
    for (let j = Math.round(0.42 * size); j < Math.round(0.58 * size); j++) smoke[i * size + j] = 1;
  for (let i = 0; i <= size; i++)
    for (let j = 0; j < size; j++) {
      const [above, below] = [(i - 1) * size + j, i * size + j];
      const open = i < size && fluid[below] === 1 && (i === 0 || fluid[above] === 1);
      down[below] = open ? down[below] - 0.05 * ((smoke[above] ?? 0) + smoke[below]) : 0;
    }
  for (let i = 0; i < size; i++)
    for (let j = 0; j <= size; j++) {
      const [left, right] = [i * size + j - 1, i * size + j];
      const open = j > 0 && j < size && fluid[left] === 1 && fluid[right] === 1;
      if (!open) across[i * (size + 1) + j] = 0;
    }
}

/** Returns the net inflow of each fluid cell. */
function inflow({ across, down }: State, { fluid }: Cells, size: number): Float64Array {
  return Float64Array.from({ length: size * size }, (_, cell) => {
    if (fluid[cell] === 0) return 0;
    const [i, j] = [Math.floor(cell / size), cell % size];
    const left = across[i * (size + 1) + j];
    return left - across[i * (size + 1) + j + 1] + down[cell] - down[cell + size];
  });
}

/** Subtracts the gradient of the pressure from the velocities between fluid cells; above the grid the pressure is 0. */
function project({ across, down }: State, { fluid }: Cells, p: Float64Array, size: number): void {
  for (let cell = 0; cell < size * size; cell++) {
    if (fluid[cell] === 0) continue;
    const [i, j] = [Math.floor(cell / size), cell % size];
    if (j > 0 && fluid[cell - 1] === 1) across[i * (size + 1) + j] -= p[cell] - p[cell - 1];
    if (i === 0) down[cell] -= p[cell];
    else if (fluid[cell - size] === 1) down[cell] -= p[cell] - p[cell - size];
  }
}

/** Moves velocities and smoke along the flow: each place gets the value of the point that flows there. */
function advect(flow: State, { fluid }: Cells, size: number): void {
  const { across, down, smoke } = flow;
  const [u, v, s] = [across.slice(), down.slice(), smoke.slice()];
  const uAt = (y: number, x: number) => between(u, size, size + 1, y - 0.5, x);
  const vAt = (y: number, x: number) => between(v, size + 1, size, y, x - 0.5);
  const moved = (y: number, x: number) => [y - vAt(y, x), x - uAt(y, x)] as const;
  for (let i = 0; i < size; i++)
    for (let j = 0; j <= size; j++) across[i * (size + 1) + j] = uAt(...moved(i + 0.5, j));
  for (let i = 0; i <= size; i++)
    for (let j = 0; j < size; j++) down[i * size + j] = vAt(...moved(i, j + 0.5));
  for (let i = 0; i < size; i++)
    for (let j = 0; j < size; j++) {
      const [y, x] = moved(i + 0.5, j + 0.5);
      smoke[i * size + j] = fluid[i * size + j] * 0.998 * between(s, size, size, y - 0.5, x - 0.5);
    }
}

/** Interpolates linearly in a grid; beyond it the values of the border hold. */
function between(values: Float64Array, rows: number, columns: number, y: number, x: number): number {
  const [i, j] = [Math.max(0, Math.min(rows - 1, y)), Math.max(0, Math.min(columns - 1, x))];
  const [i0, j0] = [Math.min(Math.floor(i), rows - 2), Math.min(Math.floor(j), columns - 2)];
  const [a, b] = [i - i0, j - j0];
  const at = i0 * columns + j0;
  return (
    (1 - a) * ((1 - b) * values[at] + b * values[at + 1]) +
    a * ((1 - b) * values[at + columns] + b * values[at + columns + 1])
  );
}
