import { html, type Markup, plainPage, plainStyle } from "@minimand/compare/report";
import type { Context } from "hono";
import type { ContentfulStatusCode } from "hono/utils/http-status";
import { ownPolicy } from "./policies.ts";

/** Answers with a page of the server itself. */
export function page(
  c: Context,
  title: string,
  content: Markup,
  status: ContentfulStatusCode = 200,
): Response {
  c.header("Content-Security-Policy", ownPolicy(plainStyle));
  c.header("Cache-Control", "no-store");
  return c.html(plainPage(title, content), status);
}

/** The form by which someone subscribes. */
export const subscribeForm = html`<p>You get a mail only when there are new papers or new verdicts. Every mail has an unsubscribe link.</p>
<form method="post">
<label for="email">E-mail address</label>
<input id="email" name="email" type="email" autocomplete="email" required maxlength="254">
<fieldset>
<legend>At most</legend>
<label><input type="radio" name="rhythm" value="weekly" checked> once a week</label>
<label><input type="radio" name="rhythm" value="daily"> once a day</label>
</fieldset>
<button>Subscribe</button>
</form>`;

/** A button that posts to the address of the page itself. */
export const button = (label: string): Markup => html`<form method="post"><button>${label}</button></form>`;
