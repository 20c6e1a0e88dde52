import { type Curve, seriesFigure } from "@minimand/compare";
import { figure, svgDocument } from "@minimand/compare/report";
import { asPart, figureWidth } from "../figures/as-part.ts";

/** Draws curves as a part of the page, one panel each, on the same axes. */
export function drawn(curves: readonly Curve[]): string {
  const found = figure((size) => seriesFigure(curves, svgDocument(), size), null, figureWidth);
  return found === null ? "" : asPart(found.markup);
}
