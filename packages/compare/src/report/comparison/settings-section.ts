import { computedOnText } from "../../computed-on.ts";
import type { Results } from "../../results.ts";
import { duration, engineText } from "../format.ts";
import type { Child, Markup } from "../page/markup.ts";
import { html } from "../page/markup.ts";
import { table } from "../page/table.ts";

/** A setting as text: lists joined, an empty one and `null` as `none`. */
function settingText(value: unknown): string {
  if (value === null || value === undefined) return "none";
  if (Array.isArray(value)) return value.length === 0 ? "none" : value.join(", ");
  if (typeof value === "object") {
    const entries = Object.entries(value);
    return entries.length === 0 ? "none" : entries.map(([name, v]) => `${name}: ${v}`).join(", ");
  }
  return String(value);
}

/** `maxEpochs` as `max epochs`. */
const words = (name: string): string => name.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);

/** The own model that all candidates trained, where there is one. */
function modelRows({ ownModel }: Results): [Child, Child][] {
  if (ownModel === undefined) return [];
  const { id, origin } = ownModel;
  if (origin === undefined) return [["own model", id]];
  return [
    ["own model", `${id}, from ${origin.file}`],
    [html`${id}: SHA-256 of its code`, html`<code>${origin.sha256}</code>`],
  ];
}

/** Writes the section with everything that is needed to run the same comparison again: settings, versions, seeds, checksums. */
export function settingsSection(results: Results): Markup {
  const rows = (entries: [Child, Child][]) => entries.map(([name, value]) => ({ cells: [name, value] }));
  const seconds = results.datasets.reduce(
    (sum, { trials }) => sum + trials.reduce((total, trial) => total + trial.seconds, 0),
    0,
  );
  const run: [Child, Child][] = [
    ["created", results.created],
    ["minimand", results.versions.minimand],
    ["engine of training", engineText(results.engine)],
    ["arrays", results.versions.engine],
    ["node", results.versions.node],
    ["computing time of all trials", duration(seconds)],
    ...(results.computedOn === undefined
      ? []
      : [["computed on", computedOnText(results.computedOn)] as [Child, Child]]),
    ...results.candidates.flatMap(({ id, origin }): [Child, Child][] =>
      origin === undefined ? [] : [[html`${id}: SHA-256 of its code`, html`<code>${origin.sha256}</code>`]],
    ),
    ...modelRows(results),
    ...results.datasets.flatMap((report): [Child, Child][] => [
      [html`${report.name}: source`, html`<code>${report.source}</code>`],
      [html`${report.name}: SHA-256`, html`<code>${report.sha256}</code>`],
      [
        html`${report.name}: seeds`,
        `${settingText(report.seeds.complete)} of ${settingText(report.seeds.planned)}`,
      ],
    ]),
  ];
  return html`<section class="screen" aria-labelledby="settings"><h2 id="settings">Settings and versions</h2>
<p>The same settings on the same file and engine give the same numbers, whatever the number of workers.
Where a setting is <code>auto</code>, the value chosen from the data is stated above.</p>
<dl class="facts compact">${Object.entries(results.settings).map(
    ([name, value]) => html`<div><dt>${words(name)}</dt><dd><code>${settingText(value)}</code></dd></div>
`,
  )}</dl>
${table("Versions and sources", [{ head: "Run" }, { head: "Value" }], rows(run))}
</section>`;
}
