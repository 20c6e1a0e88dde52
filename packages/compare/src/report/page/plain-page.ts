import { paletteCss } from "../figures/index.ts";
import { html, type Markup, trusted } from "./markup.ts";

/** The style sheet of such a page, which is part of it. */
export const plainStyle = `
${paletteCss()}
*, *::before, *::after { box-sizing: border-box; }
body { margin: 0; background: var(--mm-surface); color: var(--mm-ink); font: 17px/1.55 system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", sans-serif; }
main { max-width: 560px; margin: 0 auto; padding: 48px 24px; }
h1 { font-size: 26px; line-height: 1.25; margin: 0 0 16px; text-wrap: balance; }
p { margin: 0 0 16px; }
a { color: inherit; }
label, legend { font-weight: 600; padding: 0; }
fieldset { border: 0; margin: 0 0 20px; padding: 0; }
fieldset label { font-weight: 400; margin-right: 20px; display: inline-flex; align-items: center; gap: 8px; min-height: 32px; }
input[type=email] { display: block; width: 100%; font: inherit; color: inherit; background: transparent; border: 1px solid var(--mm-muted); border-radius: 6px; padding: 9px 12px; margin: 6px 0 20px; }
input[type=radio] { width: 20px; height: 20px; margin: 0; }
button { font: inherit; font-weight: 600; color: var(--mm-surface); background: var(--mm-ink); border: 0; border-radius: 6px; padding: 10px 20px; cursor: pointer; }
:focus-visible { outline: 3px solid var(--mm-better); outline-offset: 2px; }
code { font: 0.9em ui-monospace, "SF Mono", Menlo, Consolas, monospace; overflow-wrap: anywhere; }
`;

/** Returns a page of a few words and a form at most, which needs no other file. */
export const plainPage = (title: string, content: Markup): string =>
  html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<title>${title} - Minimand</title>
<style>${trusted(plainStyle)}</style>
</head>
<body>
<main>
<h1>${title}</h1>
${content}
</main>
</body>
</html>
`.markup;
