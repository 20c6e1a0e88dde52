import { plural } from "@minimand/compare";
import { html, type Markup, page, table } from "@minimand/compare/report";
import type { Row } from "@minimand/papers";
import type { EnhanceFile } from "./enhance-file.ts";
import type { Shown } from "./enhance-run.ts";
import { type EnhanceMethod, methodHelp } from "./method-names.ts";

/** The pictures as rows of a table. */
export function enhanceRows({ pictures }: EnhanceFile): Row[] {
  return pictures.map(({ file, width, height, brightness, gamma }) => ({
    picture: file,
    pixels: `${width} x ${height}`,
    "brightness before": Number(brightness.before.toFixed(3)),
    "brightness after": Number(brightness.after.toFixed(3)),
    ...(gamma !== undefined && { gamma: Number(gamma.toFixed(3)) }),
  }));
}

/**
 * The contact sheet of `minimand enhance`: each picture before and after, by one method or by all.
 *
 * @param file what `results.json` holds
 */
export function renderEnhance(file: EnhanceFile, shown: readonly Shown[]): string {
  const { method, pictures, leftOut, zeroDce, created, versions } = file;
  const headline = `${plural(pictures.length, "picture")} brightened by ${method}`;
  const methods = Object.keys(shown[0]?.after ?? {}) as EnhanceMethod[];
  const more = pictures.length - shown.length;
  return page({
    title: headline,
    kind: "pictures, brightened",
    created,
    headline,
    lead: html`<p class="lede">${method}: ${methodHelp[method]}${method === "gamma" ? html` (${file.gamma})` : null}.${
      zeroDce === null
        ? null
        : html` zero-dce was fitted to these pictures in ${plural(zeroDce.steps, "step")}, seed ${zeroDce.seed}, to a loss of ${zeroDce.loss.toFixed(3)}.`
    } The true scene is not known: brightness measures how bright a picture is, not how good.</p>`,
    sections: html`${methods.length > 1 ? legend(methods, method) : null}<section aria-labelledby="pictures"><h2 id="pictures">Before and after</h2>
${shown.map((own) => pictureRow(own, methods, method))}
${more > 0 ? html`<p>${plural(more, "more picture")} ${more === 1 ? "is" : "are"} not shown.</p>` : null}</section>
${leftOut.length === 0 ? null : leftOutSection(file)}`,
    footer: html`Written by minimand ${versions.minimand}. The pictures by ${method} and all numbers (<code>results.json</code>) are next to this file.`,
  });
}

const legend = (methods: readonly EnhanceMethod[], chosen: EnhanceMethod): Markup =>
  html`<section aria-labelledby="methods"><h2 id="methods">Methods</h2>
<p>The files are by ${chosen}. The others are previews, computed at the size shown here; <code>--method</code> writes the files by one of them.</p>
<dl class="facts">${methods.map((name) => html`<div><dt>${name}</dt><dd>${methodHelp[name]}</dd></div>`)}</dl></section>`;

function pictureRow(
  { file, before, after }: Shown,
  methods: readonly EnhanceMethod[],
  chosen: string,
): Markup {
  const figure = (bytes: Uint8Array, name: string): Markup =>
    html`<figure><img alt="${file}, ${name}" src="data:image/jpeg;base64,${Buffer.from(bytes).toString("base64")}">
<figcaption>${name === chosen && methods.length > 1 ? html`<b>${name}</b>` : name}</figcaption></figure>
`;
  return html`<h3>${file}</h3>
<div class="photographs">${figure(before, "before")}${methods.map((name) => figure(after[name]!, name))}</div>`;
}

function leftOutSection({ leftOut }: EnhanceFile): Markup {
  return html`<section aria-labelledby="left-out"><h2 id="left-out">Left out</h2>
${table(
  "Files left out",
  [{ head: "file" }, { head: "why" }],
  leftOut.map(({ file, why }) => ({ cells: [file, why] })),
)}</section>`;
}
