import { html } from "@minimand/compare/report";
import type { Hono } from "hono";
import { secureHeaders } from "hono/secure-headers";
import { guardedApp } from "../../server/guard.ts";
import { bodyLimitOf, bounceRoute } from "./bounce-route.ts";
import type { Subscription } from "./mail/subscription.ts";
import { page } from "./pages.ts";
import { nothing } from "./policies.ts";
import { readsSharedFile, sharedFiles } from "./shared-files.ts";
import { siteHandler } from "./site.ts";
import { subscriptionRoutes } from "./subscription-routes.ts";

/** What the server answers with. */
export interface AppOptions {
  /** Folder of the site; null where it isn't built. */
  site: string | null;
  /** Path at which readers find it, without a slash at its end: empty, or `/minimand`. */
  base: string;
  /** Names by which it may be called beside those of loopback. */
  hosts: readonly string[];
  /** Null: no mail is sent. */
  subscription: (() => Promise<Subscription>) | null;
  bouncesToken: string | null;
}

/** The site and the subscriptions, at their path and, for proxies that take it away, without. */
export function makeApp({ site, base, hosts, subscription, bouncesToken }: AppOptions): Hono {
  const app = guardedApp({
    hosts,
    maxBody: bodyLimitOf(bouncesToken),
    anyOrigin: readsSharedFile(base),
  });
  app.use(sharedFiles(base));
  app.use(async (c, next) => {
    await next();
    // Of pages and files that don't say themselves.
    if (!c.res.headers.has("Content-Security-Policy")) c.res.headers.set("Content-Security-Policy", nothing);
  });
  app.use(
    secureHeaders({
      // With none at all browsers would post our own forms as coming from nowhere.
      referrerPolicy: "same-origin",
      xFrameOptions: "DENY",
      // Only where a proxy brings TLS, which says so itself.
      strictTransportSecurity: false,
    }),
  );
  for (const at of new Set(["/", base || "/"])) {
    app.route(at, subscriptionRoutes(subscription));
    if (subscription !== null) app.route(at, bounceRoute(subscription, bouncesToken));
  }
  app.get(
    "*",
    site === null ? (c) => page(c, "The site is not built", notBuilt, 503) : siteHandler(site, base),
  );
  return app;
}

const notBuilt = html`<p>In a clone of the project, run <code>npm run build:site</code>; <code>minimand serve</code> then finds the site.
To serve another folder, use <code>minimand serve --site FOLDER</code>.</p>`;
