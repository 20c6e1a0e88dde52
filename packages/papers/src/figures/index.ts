import { registry } from "../registry/figures.ts";
import type { Row } from "../reproduction.ts";
import type { PaperFigure } from "./figure.ts";

export type { PaperFigure };

/** The figures that decide, by the slug of the paper: of its measured rows. */
export const figures: { readonly [slug: string]: (rows: readonly Row[]) => PaperFigure[] } = registry;
