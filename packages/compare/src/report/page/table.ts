import type { Child, Markup } from "./markup.ts";
import { html } from "./markup.ts";

/** A column: its head, and whether it holds numbers. */
export interface Column {
  head: Child;
  numeric?: boolean;
}

/** A row: its cells, the first of which names it, and a class. */
export interface Row {
  cells: Child[];
  className?: string;
}

/**
 * Returns a table that scrolls inside its own box where it is too wide; the first cell of a row is its head.
 *
 * @param caption what the table is, for screen readers
 * @param columns heads
 * @param bodies groups of rows, parted by a line; empty ones are left out
 */
export function table(caption: string, columns: Column[], ...bodies: Row[][]): Markup {
  const kind = (i: number): Markup | null => (columns[i]?.numeric ? html` class="n"` : null);
  return html`<div class="scroll" tabindex="0" role="region" aria-label="${caption}">
<table class="pinned" aria-label="${caption}">
<thead><tr>${columns.map(({ head }, i) => html`<th scope="col"${kind(i)}>${head}</th>`)}</tr></thead>
${bodies
  .filter((rows) => rows.length > 0)
  .map(
    (rows) => html`<tbody>
${rows.map(
  ({ cells, className }) => html`<tr class="${className ?? ""}">${cells.map((cell, i) =>
    i === 0 ? html`<th scope="row">${cell}</th>` : html`<td${kind(i)}>${cell}</td>`,
  )}</tr>
`,
)}</tbody>`,
  )}
</table>
</div>`;
}
