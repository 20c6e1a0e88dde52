import { html, type Markup } from "@minimand/compare/report";
import type { PictureRow } from "@minimand/papers";
import { pngOf } from "./png.ts";

/** Pictures side by side with their captions, a row each; they are inside the page, and their pixels stay square and sharp. */
export function pictureRows(rows: readonly PictureRow[]): Markup[] {
  return rows.map(
    ({ name, width, pictures }) => html`<h3>${name}</h3>
<div class="pictures">${pictures.map(
      ({
        caption,
        rgb,
      }) => html`<figure><img alt="${caption}" src="data:image/png;base64,${pngOf(rgb, width).toString("base64")}">
<figcaption>${caption}</figcaption></figure>
`,
    )}</div>`,
  );
}
