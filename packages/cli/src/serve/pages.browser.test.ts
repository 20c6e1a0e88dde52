import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { getRequestListener } from "@hono/node-server";
import { expect, it } from "vitest";
import { noBrowser, openBrowser } from "../../../../test/support/browser.ts";
import { freshPglite, silent } from "../store/databases.fixture.ts";
import { openDatabase } from "../store/open-database.ts";
import { linksOf } from "../subscription/links.ts";
import { linkIn, startReceiver } from "../subscription/mail-receiver.fixture.ts";
import { openSubscription, type Subscription } from "../subscription/subscription.ts";
import { makeApp } from "./app.ts";

it.runIf(noBrowser === "")(
  `subscribes and ends it in a browser, by the buttons of the pages${noBrowser}`,
  async () => {
    await using receiver = await startReceiver();
    const opening = Promise.withResolvers<Subscription>();
    const app = makeApp({
      ...{ site: null, base: "/minimand", hosts: [], bouncesToken: null },
      subscription: () => opening.promise,
    });
    const server = createServer(getRequestListener(app.fetch)).listen(0, "127.0.0.1");
    await once(server, "listening");
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/minimand/`;
    const database = await openDatabase(freshPglite(), silent);
    const key = randomBytes(32);
    const from = { name: "", address: "news@example.org" };
    const mail = { server: receiver.url, from, returnPath: from.address };
    const subscription = await openSubscription({ database, key, url, mail, ...silent });
    opening.resolve(subscription);
    const count = async (): Promise<number> =>
      (await database.query("select 1 from minimand.subscriptions where confirmed_at is not null")).length;

    const browser = await openBrowser();
    try {
      const page = await browser.newPage({ viewport: { width: 390, height: 640 } });
      const said: string[] = [];
      page.on("console", (message) => said.push(message.text()));
      page.on("pageerror", (error) => said.push(String(error)));
      const fits = async (): Promise<void> =>
        expect(await page.evaluate("document.documentElement.scrollWidth")).toBeLessThanOrEqual(390);
      await page.goto(`${url}subscribe`);
      await fits();
      await page.getByLabel("E-mail address").fill("ann@example.org");
      await page.getByLabel("once a day").check();
      await page.keyboard.press("Enter");
      await page.getByRole("heading", { name: "Look into your mail" }).waitFor();
      await fits();
      const [received] = await receiver.until(1);
      await page.goto(linkIn(received, "confirm").href);
      expect(await count()).toBe(0);
      await fits();
      await page.getByRole("button", { name: "Confirm" }).click();
      await page.getByRole("heading", { name: "Confirmed" }).waitFor();
      expect(await count()).toBe(1);
      await fits();
      const [{ id, rhythm }] = await database.query<{ id: string; rhythm: string }>(
        "select id::text, rhythm from minimand.subscriptions",
      );
      expect(rhythm).toBe("daily");
      await page.goto(linksOf(url, key).unsubscribe(id, new Date()));
      expect(await count()).toBe(1);
      await fits();
      await page.getByRole("button").click();
      await page.getByRole("heading", { name: "Ended" }).waitFor();
      expect(await count()).toBe(0);
      expect(said).toEqual([]);
      await page.goto(url);
      await fits();
    } finally {
      await browser.close();
      server.closeAllConnections();
      server.close();
      await subscription.close();
    }
  },
);
