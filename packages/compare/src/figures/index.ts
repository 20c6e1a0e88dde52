/** Figures of a comparison: functions of the results and a document, drawn with Observable Plot. */
export { classesFigure } from "./classes.ts";
export { confusionFigure, sumConfusion } from "./confusion.ts";
export { criticalDifferenceFigure } from "./critical-difference.ts";
export type { CurvePoint } from "./curves.ts";
export { curvesFigure, meanCurve } from "./curves.ts";
export type { FigureOptions } from "./draw.ts";
export { pairedFigure, seedLegend } from "./paired.ts";
export type { Shade } from "./palette.ts";
export { color, paletteCss } from "./palette.ts";
export { posteriorFigure } from "./posterior.ts";
export { rankingFigure } from "./ranking.ts";
export { reliabilityFigure, sumReliability } from "./reliability.ts";
export { bestCandidate, labelOf, protagonists } from "./rows.ts";
export type { Curve } from "./series.ts";
export { seriesFigure } from "./series.ts";
export { decimals, fixed, metricName, percent, pValue, signed, validationName } from "./text.ts";
export type { VerdictStyle } from "./verdicts.ts";
export { verdictStyles } from "./verdicts.ts";
