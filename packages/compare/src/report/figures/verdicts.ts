import type { Verdict } from "../../results.ts";
import { color } from "./palette.ts";

/** A path drawer as Observable Plot takes it. */
interface SymbolShape {
  draw(
    context: { moveTo(x: number, y: number): void; lineTo(x: number, y: number): void; closePath(): void },
    size: number,
  ): void;
}

/** d3's triangle points up; this one points down. */
const triangleDown: SymbolShape = {
  draw(context, size) {
    const y = -Math.sqrt(size / (Math.sqrt(3) * 3));
    context.moveTo(0, -y * 2);
    context.lineTo(-Math.sqrt(3) * y, y);
    context.lineTo(Math.sqrt(3) * y, y);
    context.closePath();
  },
};

/** How a verdict looks: never by colour alone. */
export interface VerdictStyle {
  /** Word on chips and in legends. */
  word: string;
  /** Character for text. */
  glyph: string;
  /** Shape of the dot in figures. */
  symbol: "circle" | "square" | "triangle" | "diamond" | "times" | SymbolShape;
  /** Whether the dot is filled. */
  filled: boolean;
  /** CSS colour. */
  color: string;
}

export const verdictStyles: Record<Verdict, VerdictStyle> = {
  better: { word: "better", glyph: "▲", symbol: "triangle", filled: true, color: color("better") },
  same: { word: "same", glyph: "■", symbol: "square", filled: true, color: color("same") },
  worse: { word: "worse", glyph: "▼", symbol: triangleDown, filled: true, color: color("worse") },
  undecided: { word: "undecided", glyph: "○", symbol: "circle", filled: false, color: color("muted") },
  "not pursued": {
    word: "not pursued",
    glyph: "–",
    symbol: "circle",
    filled: false,
    color: color("muted"),
  },
  baseline: { word: "baseline", glyph: "◆", symbol: "diamond", filled: true, color: color("ink") },
  diverged: { word: "diverged", glyph: "✕", symbol: "times", filled: false, color: color("worse") },
  reference: { word: "reference", glyph: "·", symbol: "circle", filled: true, color: color("muted") },
};
