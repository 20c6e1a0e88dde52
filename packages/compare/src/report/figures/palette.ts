/**
 * The colours of figures and report, defined once. Better is blue and worse is vermilion (Okabe & Ito 2008: distinguishable with every
 * common colour vision), everything without a direction is neutral; a symbol says the same again. `heat` laid over `band` shades shares,
 * with `onCool` and `onHeat` for text on it.
 */
export const shades = {
  light: {
    ink: "#1a1f27",
    muted: "#59626f",
    line: "#d5dae1",
    surface: "#ffffff",
    band: "#e7eaee",
    better: "#0069a8",
    same: "#6b7583",
    worse: "#c04a00",
    heat: "#00507f",
    onCool: "#000000",
    onHeat: "#ffffff",
  },
  dark: {
    ink: "#e8ebf0",
    muted: "#a3adba",
    line: "#38414d",
    surface: "#13171d",
    band: "#262d37",
    better: "#62b5f4",
    same: "#8f9aa9",
    worse: "#f7934f",
    heat: "#4898d6",
    onCool: "#ffffff",
    onHeat: "#000000",
  },
} as const;

/** The share from which on `onHeat` is read better than `onCool`, on light pages and on dark ones. */
export const heatTurn = 0.71;

export type Shade = keyof typeof shades.light;

/**
 * Returns the CSS value of a colour of the palette: a custom property that follows the page's scheme, with the light shade where no page
 * defines it (a figure saved alone).
 *
 * @param shade name in the palette
 * @returns e.g. `var(--mm-better, #0069a8)`
 * @example color("better")
 */
export function color(shade: Shade): string {
  return `var(--mm-${shade}, ${shades.light[shade]})`;
}

const declarations = (scheme: keyof typeof shades): string =>
  Object.entries(shades[scheme])
    .map(([name, value]) => `--mm-${name}: ${value};`)
    .join(" ");

/**
 * CSS that defines the palette for light and dark pages; paper is always light.
 *
 * @param dark selector of the root of a page that is dark, where the page and not the reader's scheme decides
 * @returns rules for `:root`, to be put into a style sheet
 * @example style.textContent = paletteCss();
 */
export function paletteCss(dark?: string): string {
  if (dark !== undefined)
    return [
      `:root { color-scheme: light; ${declarations("light")} }`,
      `@media screen { ${dark} { color-scheme: dark; ${declarations("dark")} } }`,
    ].join("\n");
  return [
    `:root { color-scheme: light dark; ${declarations("light")} }`,
    `@media screen and (prefers-color-scheme: dark) { :root { ${declarations("dark")} } }`,
  ].join("\n");
}
