import { plural } from "../../plural.ts";
import type { Note } from "../../results.ts";
import type { Child } from "../page/markup.ts";
import { html } from "../page/markup.ts";

/** So that a file with 10,000 columns still makes a page one can scroll. */
export const mostListed = 100;

/** Lists what was repaired, left out or decided about data. */
export function notesList(notes: readonly Note[]): Child {
  if (notes.length === 0) return null;
  const rest = notes.length - mostListed;
  return html`<ul class="notes">${notes.slice(0, mostListed).map(
    ({ level, column, text }) =>
      html`<li>${level === "warning" ? html`<strong>Warning:</strong> ` : null}${
        column === undefined ? null : html`<code>${column}</code>: `
      }${text}</li>
`,
  )}</ul>${rest > 0 ? html`<p class="muted">And ${plural(rest, "more note")}, all in <code>results.json</code>.</p>` : null}`;
}
