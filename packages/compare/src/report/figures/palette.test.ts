import { describe, expect, it } from "vitest";
import { color, heatTurn, paletteCss, shades } from "./palette.ts";

type Rgb = [number, number, number];

const rgb = (hex: string): Rgb => [1, 3, 5].map((i) => Number.parseInt(hex.slice(i, i + 2), 16)) as Rgb;

/** Relative luminance and contrast as WCAG 2 defines them. */
function luminance(channels: Rgb): number {
  const [r, g, b] = channels.map((c) =>
    c / 255 <= 0.04045 ? c / 255 / 12.92 : ((c / 255 + 0.055) / 1.055) ** 2.4,
  );
  return 0.2126 * r! + 0.7152 * g! + 0.0722 * b!;
}

function contrast(a: Rgb, b: Rgb): number {
  const [high, low] = [luminance(a), luminance(b)].sort((x, y) => y - x);
  return (high! + 0.05) / (low! + 0.05);
}

const mix = (over: Rgb, under: Rgb, share: number): Rgb =>
  over.map((c, i) => c * share + under[i]! * (1 - share)) as Rgb;

describe.each(["light", "dark"] as const)("the %s palette", (scheme) => {
  const shade = shades[scheme];

  it("has at least 4.5 times the luminance of the page for text in every colour of a verdict, and the other way round on bars", () => {
    for (const name of ["ink", "muted", "better", "worse", "same"] as const) {
      expect(contrast(rgb(shade[name]), rgb(shade.surface)), name).toBeGreaterThanOrEqual(4.5);
    }
    expect(contrast(rgb(shade.muted), rgb(shade.band)), "muted on band").toBeGreaterThanOrEqual(4.5);
  });

  it("keeps the text of a confusion matrix readable at every share", () => {
    for (let share = 0; share <= 1; share += 0.01) {
      const ground = mix(rgb(shade.heat), rgb(shade.band), share);
      const text = rgb(share > heatTurn ? shade.onHeat : shade.onCool);
      expect(contrast(text, ground), `share ${share.toFixed(2)}`).toBeGreaterThanOrEqual(4.4);
    }
  });
});

describe("paletteCss", () => {
  it("defines every colour a figure may name, for both schemes, and paper keeps the light one", () => {
    const css = paletteCss();
    for (const [name, value] of Object.entries(shades.light))
      expect(css).toContain(`--mm-${name}: ${value};`);
    const dark = css.slice(css.indexOf("@media screen and (prefers-color-scheme: dark)"));
    for (const [name, value] of Object.entries(shades.dark))
      expect(dark).toContain(`--mm-${name}: ${value};`);
    expect(color("worse")).toBe(`var(--mm-worse, ${shades.light.worse})`);
  });

  it("asks the page and not the reader's scheme where the page has a switch", () => {
    const css = paletteCss(".dark");
    expect(css).not.toContain("prefers-color-scheme");
    const dark = css.slice(css.indexOf("@media screen { .dark {"));
    for (const [name, value] of Object.entries(shades.dark))
      expect(dark).toContain(`--mm-${name}: ${value};`);
  });
});
