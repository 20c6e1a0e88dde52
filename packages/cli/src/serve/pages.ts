import { paletteCss } from "@minimand/compare";
import type { Context } from "hono";
import type { ContentfulStatusCode } from "hono/utils/http-status";
import { html, type Markup, trusted } from "../report/page/markup.ts";
import { ownPolicy } from "./policies.ts";

const style = `
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

/** Answers with a page of the server itself. */
export function page(
  c: Context,
  title: string,
  content: Markup,
  status: ContentfulStatusCode = 200,
): Response {
  c.header("Content-Security-Policy", ownPolicy(style));
  c.header("Cache-Control", "no-store");
  return c.html(
    html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<title>${title} - Minimand</title>
<style>${trusted(style)}</style>
</head>
<body>
<main>
<h1>${title}</h1>
${content}
</main>
</body>
</html>
`.markup,
    status,
  );
}

/** The form by which someone subscribes. */
export const subscribeForm = html`<p>A mail when there are new papers or new verdicts, and none when there is nothing new.</p>
<form method="post">
<label for="email">E-mail address</label>
<input id="email" name="email" type="email" autocomplete="email" required maxlength="254">
<fieldset>
<legend>How often, at most</legend>
<label><input type="radio" name="rhythm" value="weekly" checked> once a week</label>
<label><input type="radio" name="rhythm" value="daily"> once a day</label>
</fieldset>
<button>Subscribe</button>
</form>`;

/** A button that posts to the address of the page itself. */
export const button = (label: string): Markup => html`<form method="post"><button>${label}</button></form>`;
