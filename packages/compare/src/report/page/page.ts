import type { Child } from "./markup.ts";
import { html, trusted } from "./markup.ts";
import { style } from "./style.ts";

/** Nothing may be loaded or run: no script, no font, and no image but those that are inside the file. */
const policy =
  "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'";

/** What every report has in the same places. */
export interface Page {
  title: string;
  /** What kind of report it is, above its headline. */
  kind: string;
  /** ISO 8601. */
  created: string;
  headline: string;
  /** What comes between the headline and the sections. */
  lead: Child;
  sections: Child;
  footer: Child;
}

/**
 * Returns a report as one HTML file that needs nothing else. Style and figures are inside, it loads nothing and runs nothing, it follows
 * the light or dark scheme of the reader and can be printed. Text from the data is escaped.
 */
export function page({ title, kind, created, headline, lead, sections, footer }: Page): string {
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title}</title>
<style>${trusted(style)}</style>
</head>
<body>
<header>
<p class="kicker">Minimand ${kind} · <time datetime="${created}">${created.slice(0, 10)}</time></p>
<h1>${headline}</h1>
${lead}
</header>
<main>
${sections}
</main>
<footer>${footer}</footer>
</body>
</html>
`.markup;
}
