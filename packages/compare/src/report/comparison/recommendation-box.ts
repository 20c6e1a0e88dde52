import type { DatasetReport } from "../../results.ts";
import type { Markup } from "../page/markup.ts";
import { html } from "../page/markup.ts";
import { type Advice, adviceOf, type CommandToRun } from "./advice.ts";

/**
 * Returns the box at the top: what has to be said first, what to use and what it costs, the next step, and the commands that apply it.
 *
 * @param commands see `commandsOf`
 */
export function recommendationBox(
  report: DatasetReport,
  commands: readonly CommandToRun[],
  heading: Markup,
): Markup {
  const { lead } = report.recommendation;
  const groups = Map.groupBy(adviceOf(report), ({ about }) => about);
  const sentences = (about: Advice["about"], list: Advice[]): Markup => html`<div><dt>${about}</dt>${list.map(
    ({ text }) => html`<dd>${text}</dd>`,
  )}</div>
`;
  return html`<aside class="advice" aria-label="Recommendation">${heading}
${lead === null ? null : html`<p class="lead"><strong>${lead}</strong></p>`}
<dl>${[...groups].map(([about, list]) => sentences(about, list))}${commands.map(
    ({ about, command }) => html`<div><dt>${about}</dt><dd><code>${command}</code></dd></div>
`,
  )}</dl></aside>`;
}
