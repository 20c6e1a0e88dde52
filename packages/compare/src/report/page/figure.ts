import type { FigureOptions } from "../figures/index.ts";
import type { Child, Markup } from "./markup.ts";
import { html, trusted } from "./markup.ts";

const widths = { wide: 832, half: 392, narrow: 356 } as const;

/** A figure as a function of its width alone; `null` where there is nothing to show. */
export type Drawing = (options: FigureOptions) => SVGSVGElement | null;

/**
 * Returns a figure with its caption, drawn twice: for a page and for a telephone. The style sheet shows the one that fits, so text is never
 * scaled down.
 */
export function figure(drawing: Drawing, caption: Child, width: number = widths.wide): Markup | null {
  const wide = drawing({ width });
  const narrow = drawing({ width: widths.narrow });
  if (wide === null || narrow === null) return null;
  return html`<figure>
<div class="wide">${trusted(wide.outerHTML)}</div>
<div class="narrow">${trusted(narrow.outerHTML)}</div>
${caption === null ? null : html`<figcaption>${caption}</figcaption>`}
</figure>`;
}

/** Returns a figure that is half a page wide and has another next to it. */
export function panel(drawing: Drawing, title: Child, width: number = widths.half): Markup | null {
  const svg = drawing({ width });
  if (svg === null) return null;
  const drawn = trusted(svg.outerHTML);
  // What is wider than a telephone scrolls inside its own box.
  const box =
    width > widths.half
      ? html`<div class="scroll" tabindex="0" role="region" aria-label="Figure"><div style="min-width:600px">${drawn}</div></div>`
      : html`<div>${drawn}</div>`;
  return html`<figure${width > widths.half ? html` style="flex-basis:100%"` : null}><h4>${title}</h4>${box}</figure>`;
}
