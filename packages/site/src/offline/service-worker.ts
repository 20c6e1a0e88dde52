/*
 * Keeps the site for those without a network: pages and what they need from the first visit on, all else once it was asked for. Online, a
 * page is always the server's: what is kept answers where the server doesn't.
 */
import { clientsClaim } from "workbox-core";
import { ExpirationPlugin } from "workbox-expiration";
import {
  addRoute,
  cleanupOutdatedCaches,
  getCacheKeyForURL,
  matchPrecache,
  type PrecacheEntry,
  precache,
} from "workbox-precaching";
import { registerRoute } from "workbox-routing";
import { CacheFirst, NetworkFirst } from "workbox-strategies";
import { keptPage } from "./kept-page.ts";
import { type Question, takeOver } from "./messages.ts";

interface Worker {
  readonly registration: { readonly scope: string };
  skipWaiting(): Promise<void>;
  addEventListener(type: "message", listen: (event: MessageEvent) => void): void;
}

/** What is kept from the first visit on: the build writes it here. */
declare const kept: PrecacheEntry[];

const worker = self as unknown as Worker;
const { scope } = worker.registration;
// Several sites may be on one origin.
const cacheOf = (name: string): string => `${name} of ${scope}`;

cleanupOutdatedCaches();
precache(kept);
clientsClaim();
// A newer worker waits until a page says that it may come: those that are open need the files of their own build.
worker.addEventListener("message", ({ data, ports }: MessageEvent<typeof takeOver | Question>) => {
  if (data === takeOver) void worker.skipWaiting();
  else ports[0].postMessage(data.scripts.every((script) => getCacheKeyForURL(script) !== undefined));
});

const keptPageOf = (url: string): string | undefined =>
  keptPage(url, (address) => getCacheKeyForURL(address) !== undefined);

registerRoute(
  ({ request, url }) =>
    request.mode === "navigate" &&
    // What a server answers by itself, confirmations of subscriptions among it, is nobody's to keep.
    (keptPageOf(url.href) !== undefined || (url.href.startsWith(scope) && url.pathname.endsWith(".html"))),
  new NetworkFirst({
    cacheName: cacheOf("pages"),
    networkTimeoutSeconds: 5,
    plugins: [
      new ExpirationPlugin({ maxEntries: 100, purgeOnQuotaError: true }),
      {
        cacheWillUpdate: async ({ request, response }) =>
          response.status === 200 && keptPageOf(request.url) === undefined ? response : null,
        cachedResponseWillBeUsed: async ({ request, cachedResponse }) => {
          const page = keptPageOf(request.url);
          return page === undefined ? cachedResponse : matchPrecache(page);
        },
        handlerDidError: () => matchPrecache("offline.html"),
      },
    ],
  }),
);

addRoute();

registerRoute(
  ({ url }) => url.href.startsWith(`${scope}assets/`),
  new CacheFirst({
    cacheName: cacheOf("assets"),
    plugins: [new ExpirationPlugin({ maxEntries: 300, purgeOnQuotaError: true })],
  }),
);

registerRoute(
  ({ request, url }) =>
    request.mode !== "navigate" &&
    url.href.startsWith(scope) &&
    url.pathname !== `${new URL(scope).pathname}server.json`,
  new NetworkFirst({
    cacheName: cacheOf("files"),
    plugins: [new ExpirationPlugin({ maxEntries: 100, purgeOnQuotaError: true })],
  }),
);
