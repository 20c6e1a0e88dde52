import { plural } from "@minimand/compare";
import { html, type Markup, page, table } from "@minimand/compare/report";
import { mean } from "../../mean.ts";
import { printable } from "../../printable.ts";
import type { RefinedPrompt, RefineFile } from "./refine-file.ts";

/** Pictures of more bytes together are linked, not shown: a page of them could not be opened. */
export const mostShown = 30_000_000;

const scoreText = (scores: readonly number[]): string =>
  scores.length === 0 ? "" : mean(scores).toPrecision(3);

const kinds = {
  world: "the refiner of a toy world of 16 x 16 pixels that comes with the command",
  saved: "a saved refiner",
  "own prompts": "a refiner of your own prompts",
};

/**
 * The page of `minimand refine`: each prompt with its rewrites, their pictures and scores.
 *
 * @param file what `results.json` holds
 * @param pictures bytes of those that are shown, by their files
 */
export function renderRefine(file: RefineFile, pictures: ReadonlyMap<string, Uint8Array>): string {
  const { prompts, refiner, preferences, created, versions } = file;
  const headline =
    prompts.length === 1
      ? `${plural(prompts[0].rewrites.length, "rewrite")} of “${prompts[0].prompt}”`
      : `Rewrites of ${plural(prompts.length, "prompt")}`;
  return page({
    title: headline,
    kind: "prompts, rewritten",
    created,
    headline,
    lead: html`<p class="lede">By ${kinds[refiner.kind]}${refiner.source === null ? "" : ` (${refiner.source})`}; it knows ${refiner.words} words${
      refiner.kind === "world"
        ? "; bring your own with --prompts, and your own image model with --endpoint"
        : ""
    }.</p>`,
    sections: html`${preferences === null ? null : learnedSection(file)}${prompts.map((own) => promptSection(own, pictures))}`,
    footer: html`Written by minimand ${versions.minimand}. All texts and numbers are in <code>results.json</code> next to this file, pictures in <code>pictures</code>.`,
  });
}

function learnedSection({ preferences, prompts }: RefineFile): Markup {
  const { endpoint, model, scorer, spent, pictures, pairs, loss, flipRate, flipRateFrom, without } =
    preferences!;
  const typed = prompts.flatMap((own) => own.typed.scores);
  const rewritten = prompts.flatMap((own) => own.rewrites.flatMap(({ scores }) => scores));
  return html`<section aria-labelledby="learned"><h2 id="learned">Learning from pictures</h2>
<dl class="facts">
<div><dt>service</dt><dd>${endpoint}${model === null ? "" : `, ${model}`}</dd></div>
<div><dt>pictures</dt><dd>${pictures}; ${spent} asked for in all runs</dd></div>
<div><dt>scored by</dt><dd><code>${scorer}</code></dd></div>
<div><dt>mean score of prompts as typed</dt><dd>${typed.length === 0 ? "none" : scoreText(typed)}</dd></div>
<div><dt>mean score of rewrites</dt><dd>${rewritten.length === 0 ? "none" : scoreText(rewritten)}</dd></div>
<div><dt>pairs to learn from</dt><dd>${pairs}, by ${loss}</dd></div>
<div><dt>flip rate</dt><dd>${flipRate.toPrecision(2)}, ${flipRateFrom}</dd></div>
</dl>
${
  without.length === 0
    ? null
    : table(
        "Rewrites without a picture",
        [{ head: "rewrite" }, { head: "why" }],
        without.map(({ rewrite, why }) => ({ cells: [rewrite, why] })),
      )
}</section>`;
}

function promptSection(
  { prompt, typed, rewrites, after }: RefinedPrompt,
  pictures: ReadonlyMap<string, Uint8Array>,
): Markup {
  const shown = (files: readonly string[], text: string): Markup[] =>
    files.map((file) => {
      const bytes = pictures.get(file);
      if (bytes === undefined) return html`<a href="pictures/${file}">${file}</a>`;
      const type = file.slice(file.lastIndexOf(".") + 1);
      return html`<img alt="${text}" src="data:image/${type};base64,${Buffer.from(bytes).toString("base64")}">`;
    });
  const figure = (text: string, note: string, own: { files: string[]; scores: number[] }): Markup =>
    html`<figure>${shown(own.files, text)}<figcaption>${note === "" ? null : html`<b>${note}</b> `}${text}${own.scores.length === 0 ? null : html` <small>score ${scoreText(own.scores)}</small>`}</figcaption></figure>`;
  return html`<section><h2>${prompt}</h2>
<div class="pictures">${typed.files.length === 0 ? null : figure(prompt, "as typed:", typed)}${rewrites.map((own) => figure(own.text, "", own))}</div>
${after.length === 0 ? null : html`<h3>After learning</h3><ul>${after.map((text) => html`<li>${text}</li>`)}</ul>`}
</section>`;
}

/** Rewrites as text; after pictures were scored, those that the refiner has learned to write. */
export function refineText({ prompts, preferences }: RefineFile): string {
  const lines: string[] = [];
  for (const { prompt, rewrites, after } of prompts) {
    if (prompts.length > 1) lines.push(prompt);
    const best = after.length > 0 ? after : rewrites.map(({ text }) => text);
    lines.push(...best.map((text) => (prompts.length > 1 ? `  ${text}` : text)));
  }
  if (preferences !== null) {
    const { pairs, pictures, flipRate, flipRateFrom } = preferences;
    lines.push(
      `learned from ${plural(pairs, "pair")} of ${plural(pictures, "picture")}; flip rate ${flipRate.toPrecision(2)}, ${flipRateFrom}`,
    );
  }
  return `${lines.map(printable).join("\n")}\n`;
}
