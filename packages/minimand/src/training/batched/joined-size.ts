import { sizeOf, type Tree } from "../../engine/tree.ts";
import { joinedShapes } from "./joined-shapes.ts";

/** Less isn't worth the programs that are compiled for it. */
const worthwhile = 0.9;

/**
 * Most states to join for batches of so many rows, by what was measured of the nearest shape; 1 where one after the other is about as fast.
 * Looks at the parameters of one state. By a table and not by the clock, so that results never depend on a machine.
 */
export function joinedSizeFor(params: Tree, rows: number): number {
  const parameters = sizeOf(params);
  const distance = ([otherRows, otherParameters]: (typeof joinedShapes)[number]): number =>
    Math.abs(Math.log(otherRows / rows)) + Math.abs(Math.log(otherParameters / parameters));
  const [, , , ofFour, ofEight] = joinedShapes.reduce((a, b) => (distance(b) < distance(a) ? b : a));
  if (ofFour > worthwhile) return 1;
  return ofEight < ofFour ? 8 : 4;
}
