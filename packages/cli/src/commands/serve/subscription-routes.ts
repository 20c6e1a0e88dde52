import { html } from "@minimand/compare/report";
import { Hono } from "hono";
import { clientOf } from "./client.ts";
import { wishOf } from "./fields.ts";
import type { Followed, Subscription } from "./mail/subscription.ts";
import { button, page, subscribeForm } from "./pages.ts";

const onItsWay =
  "If mail can reach this address, a message is on its way. The subscription begins when you follow the link in it.";

/**
 * Pages and posts of subscriptions. Whatever a page shows, only a POST changes anything: programs that look at the links of a mail follow them.
 *
 * @param subscription what is asked, once it is open; null where the server sends no mail
 */
export function subscriptionRoutes(subscription: (() => Promise<Subscription>) | null): Hono {
  const app = new Hono();
  // A site that is only files says no in a file of this name.
  app.get("/server.json", (c) => {
    c.header("Cache-Control", "no-store");
    return c.json({ subscriptions: subscription !== null });
  });

  if (subscription === null) {
    const why = "subscription: expected a server that sends mail, got one without SMTP_URL";
    for (const path of ["/subscribe", "/confirm", "/unsubscribe"]) {
      app.get(path, (c) => page(c, "No subscription", html`<p>This server sends no mail.</p>`, 503));
      app.post(path, (c) => c.json({ error: why }, 503));
    }
    return app;
  }

  app.get("/subscribe", (c) => page(c, "New papers and verdicts by mail", subscribeForm));
  app.post("/subscribe", async (c) => {
    const { address, rhythm, form } = await wishOf(c);
    const wait = await (await subscription()).ask(address, rhythm, clientOf(c));
    if (wait > 0) {
      c.header("Retry-After", String(wait));
      return c.json({ error: `subscription: too many requests, try again in ${wait} s` }, 429);
    }
    return form
      ? page(c, "Check your mail", html`<p>${onItsWay}</p>`, 202)
      : c.json({ message: onItsWay }, 202);
  });

  app.get("/confirm", async (c) => {
    const followed = (await subscription()).check("confirm", c.req.query("token") ?? "");
    return followed === "done"
      ? page(c, "Confirm the subscription", button("Confirm"))
      : tooLate(c, followed);
  });
  app.post("/confirm", async (c) => {
    const followed = await (await subscription()).confirm(c.req.query("token") ?? "");
    return followed === "done"
      ? page(
          c,
          "Confirmed",
          html`<p>You get a mail when there is something new. Every mail has an unsubscribe link.</p>`,
        )
      : tooLate(c, followed);
  });

  app.get("/unsubscribe", async (c) => {
    const followed = (await subscription()).check("unsubscribe", c.req.query("token") ?? "");
    return followed === "done" ? page(c, "Unsubscribe", button("Unsubscribe")) : tooLate(c, followed);
  });
  app.post("/unsubscribe", async (c) => {
    const followed = await (await subscription()).unsubscribe(c.req.query("token") ?? "");
    return followed === "done"
      ? page(
          c,
          "Unsubscribed",
          html`<p>You will get no more of these mails. Your address has been deleted.</p>`,
        )
      : tooLate(c, followed);
  });
  return app;
}

/** The page for a link that doesn't work. */
function tooLate(c: Parameters<typeof page>[0], followed: Exclude<Followed, "done">): Response {
  return followed === "expired"
    ? page(
        c,
        "This link has expired",
        html`<p>Use the link in the latest mail, or <a href="subscribe">subscribe</a> again.</p>`,
        410,
      )
    : page(c, "This link does not work", html`<p>Check that it is complete, as in the mail.</p>`, 400);
}
