import { execFile } from "node:child_process";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import {
  cpSync,
  existsSync,
  globSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { createServer, type Server } from "node:http";
import { createRequire } from "node:module";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { gzipSync } from "node:zlib";
import { getRequestListener } from "@hono/node-server";
import { dataFile } from "@minimand/data";
import * as theory from "@minimand/lab/theory";
import {
  cards,
  type Host,
  loadReproduction,
  papersData,
  type ReproductionFile,
  type ReproductionReport,
  ruleHeading,
} from "@minimand/papers";
import { startEngine } from "minimand/start";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { noBrowser, openBrowser } from "../../../test/support/browser.ts";
import { makeApp } from "../../cli/src/commands/serve/app.ts";
import { linksOf } from "../../cli/src/commands/serve/mail/links.ts";
import { linkIn, startReceiver } from "../../cli/src/commands/serve/mail/mail-receiver.fixture.ts";
import { openSubscription, type Subscription } from "../../cli/src/commands/serve/mail/subscription.ts";
import { freshPglite, silent } from "../../cli/src/store/databases.fixture.ts";
import { openDatabase } from "../../cli/src/store/open-database.ts";
import { choiceOf, chosen, everything } from "./catalogue/choice.ts";
import { catalogue } from "./catalogue/entries.ts";
import { checkComparePage } from "./compare/compare-page.checks.ts";
import { writeServiceWorker } from "./offline/write-service-worker.ts";

const base = "/a/sub-path/";
/** A page may be slow where others work at the same time. */
const patience = { timeout: 20_000 };
const rulesOnColours = ["color-contrast", "link-in-text-block"];
const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const runBuild = (...args: string[]): Promise<{ stderr: string }> =>
  promisify(execFile)(process.execPath, [
    "--conditions=minimand-source",
    "packages/site/src/build.ts",
    ...args,
  ]);

/** The site at its path on this machine, as `minimand serve` has it. */
async function serveFolder(
  site: string,
  {
    port = 0,
    subscription = null,
  }: { port?: number; subscription?: (() => Promise<Subscription>) | null } = {},
): Promise<Server> {
  const app = makeApp({ site, base: base.slice(0, -1), hosts: [], subscription, bouncesToken: null });
  const server = createServer(getRequestListener(app.fetch)).listen(port, "127.0.0.1");
  await once(server, "listening");
  return server;
}
const addressOf = (server: Server): string =>
  `http://127.0.0.1:${(server.address() as AddressInfo).port}${base}`;

/** The quick run of a paper in this process. */
async function quickHere(slug: string): Promise<ReproductionReport> {
  await startEngine();
  const { run, trial, card } = await loadReproduction(slug);
  const find = async (names: readonly string[]) => {
    const name = names.find((one) => existsSync(dataFile(one)));
    return name === undefined
      ? null
      : { name, bytes: async () => new Uint8Array(readFileSync(dataFile(name))) };
  };
  const data = papersData(find, card.data, "here");
  const trials: Host<unknown, unknown>["trials"] = async function* (specs) {
    for (const [index, spec] of specs.entries()) yield { index, result: await trial(spec, data) };
  };
  const running = run({ ...data, trials, scale: "quick", seeds: null });
  for (;;) {
    const step = await running.next();
    if (step.done) return step.value;
  }
}

describe("a build that can't be", () => {
  it("is refused in one line, and takes nothing away", async () => {
    const folder = mkdtempSync(join(tmpdir(), "minimand-site-"));
    writeFileSync(join(folder, "letter.txt"), "mine");
    await expect(runBuild("--url", "example.org")).rejects.toMatchObject({
      code: 2,
      stderr: "--url: expected an address such as https://example.org/minimand/, got 'example.org'\n",
    });
    await expect(runBuild("--out", folder)).rejects.toMatchObject({
      code: 2,
      stderr: `--out: expected a new folder, an empty one or that of an earlier site, got '${folder}'\n`,
    });
    expect(readdirSync(folder)).toEqual(["letter.txt"]);
    rmSync(folder, { recursive: true });
  });
});

describe.skipIf(noBrowser !== "")(`the site in a browser${noBrowser}`, () => {
  let folder: string;
  let browser: Browser;
  let server: Server;
  let site: string;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), "minimand-site-"));
    const checked = process.env.MINIMAND_SITE;
    if (checked !== undefined) cpSync(checked, folder, { recursive: true });
    // One small module of the reference: all of them cost more than the rest of the site.
    else
      await runBuild(
        ...["--url", `https://example.org${base}`, "--out", folder, "--modules", "@minimand/lab/theory"],
      );
    browser = await openBrowser();
    server = await serveFolder(folder);
    site = addressOf(server);
  }, 600_000);

  afterAll(async () => {
    await browser?.close();
    server?.closeAllConnections();
    server?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  /** Opens a page, and collects what it complains about and what it asks of others. */
  async function open(
    path: string,
    { dark = false, width = 1280, at = site } = {},
  ): Promise<{ page: Page; said: string[]; scripts: Set<string> }> {
    const colorScheme = dark ? "dark" : "light";
    const page = await browser.newPage({
      colorScheme,
      viewport: { width, height: 900 },
      reducedMotion: "reduce",
    });
    // Who is here once needs nothing to be kept.
    await page.addInitScript(() => Object.defineProperty(navigator, "serviceWorker", { value: undefined }));
    const said: string[] = [];
    page.on("console", (message) => {
      // Tests with networks of their own change those of the machine.
      if (!message.text().includes("ERR_NETWORK_CHANGED")) said.push(message.text());
    });
    page.on("pageerror", (error) => said.push(error.message));
    page.on("request", (request) => {
      if (!request.url().startsWith(at)) said.push(request.url());
    });
    const scripts = new Set<string>();
    page.on("response", (response) => {
      if (response.request().resourceType() === "script") scripts.add(new URL(response.url()).pathname);
      if (![200, 304].includes(response.status())) said.push(`${response.status()} ${response.url()}`);
    });
    await page.goto(at + path, { waitUntil: "networkidle" });
    return { page, said, scripts };
  }

  /** What axe finds by the rules that it has on, or by some, with the first place of each. */
  async function faultsOf(page: Page, values?: readonly string[]): Promise<string[]> {
    if (!(await page.evaluate(() => "axe" in window))) await page.evaluate(axe);
    return page.evaluate(async (values) => {
      type Found = { violations: { id: string; nodes: { html: string }[] }[] };
      const { run } = (window as unknown as { axe: { run(options: object): Promise<Found> } }).axe;
      const runOnly = values && { runOnly: { type: "rule", values } };
      const { violations } = await run({ resultTypes: ["violations"], ...runOnly });
      return violations.map(({ id, nodes }) => `${id}: ${nodes[0].html}`);
    }, values);
  }

  /** Heads of the tables on the page of a paper that are wider than their place. */
  const cutTables = (page: Page): Promise<(string | null)[]> =>
    page
      .locator(".paper .vp-doc table")
      .evaluateAll((tables) =>
        tables
          .filter(({ scrollWidth, clientWidth }) => scrollWidth > clientWidth)
          .map((table) => table.querySelector("tr")!.textContent),
      );

  const titles = (page: Page): Promise<string[]> => page.locator(".card h3").allTextContents();
  const titlesOf = (query: string): string[] =>
    chosen(catalogue(), choiceOf(query)).map(({ title }) => title);

  it("filters and sorts by the keyboard alone, and its address shows the same list to others", async () => {
    const { page, said } = await open("papers/");
    expect(await titles(page)).toEqual(titlesOf(""));
    // From the top of the page to the filters, by Tab alone.
    const focused = (): Promise<string> =>
      page.evaluate(() => {
        const { activeElement: element } = document;
        return element?.closest("label")?.textContent?.trim() ?? element?.textContent?.trim() ?? "";
      });
    const tabTo = async (name: string): Promise<void> => {
      for (let i = 0; i < 80; i++) {
        if ((await focused()).startsWith(name)) return;
        await page.keyboard.press("Tab");
      }
      throw new Error(`nothing called '${name}' takes the focus`);
    };
    await tabTo("Sort by");
    await page.keyboard.press("ArrowDown");
    await tabTo("partly reproduced");
    await page.keyboard.press("Space");
    await tabTo("training");
    await page.keyboard.press("Space");
    const query = "?topic=training&verdict=partly+reproduced&order=oldest";
    await expect.poll(() => new URL(page.url()).search, patience).toBe(query);
    const few = titlesOf(query);
    expect(few.length).toBeGreaterThan(0);
    expect(few.length).toBeLessThan(catalogue().length);
    await expect.poll(() => titles(page), patience).toEqual(few);
    expect(await page.locator("#shown").textContent()).toContain(
      `${few.length} of ${catalogue().length} papers`,
    );

    const other = await open(`papers/${query}`);
    await expect.poll(() => titles(other.page), patience).toEqual(few);
    await tabTo("Show all");
    await page.keyboard.press("Enter");
    await expect.poll(() => titles(page), patience).toEqual(titlesOf("?order=oldest"));
    expect([...said, ...other.said]).toEqual([]);
    await Promise.all([page.close(), other.page.close()]);
  });

  it("opens the list of papers from the menu, also without the slash at its end", async () => {
    const { page, said } = await open("docs/export.html");
    await page.getByRole("navigation").getByRole("link", { name: "Papers", exact: true }).click();
    await page.waitForURL(`${site}papers/`);
    await expect.poll(() => titles(page), patience).toEqual(titlesOf(""));
    await page.goto(`${site}papers?topic=preferences`);
    await expect.poll(() => titles(page), patience).toEqual(titlesOf("?topic=preferences"));
    await page.getByLabel("Sort by").selectOption("oldest");
    await page.waitForURL(`${site}papers/?topic=preferences&order=oldest`);
    await page.locator(".card h3 a").first().click();
    await page.waitForURL("**/papers/*.html");
    expect(said.filter((line) => !line.startsWith("308 "))).toEqual([]);
    await page.close();
  });

  it("leads from the home to all papers, and a list that was linked there to its own page", async () => {
    const { page, said } = await open("");
    expect(await titles(page)).toHaveLength(4 + 3);
    await page.getByRole("link", { name: `All ${cards.length} papers` }).click();
    await page.waitForURL(`${site}papers/`);
    await expect.poll(() => titles(page), patience).toEqual(titlesOf(""));
    await page.goto(`${site}?topic=preferences`);
    await page.waitForURL(`${site}papers/?topic=preferences`);
    await expect.poll(() => titles(page), patience).toEqual(titlesOf("?topic=preferences"));
    expect(said).toEqual([]);
    await page.close();
  });

  it("has one canonical address for each text", async () => {
    const { page } = await open("");
    const found = [];
    for (const path of ["", "papers/", "docs/", "docs/overview.html"]) {
      await page.goto(site + path);
      const address = await page.locator("link[rel=canonical]").getAttribute("href");
      expect(address).toBe(`https://example.org${base}${path}`);
      found.push(await page.locator("h1").first().textContent());
    }
    expect(new Set(found).size).toBe(found.length);
    await page.close();
  });

  it("lists the guides where an address of one is cut short", async () => {
    const { page, said } = await open("docs");
    expect(page.url()).toBe(`${site}docs/`);
    expect(await page.locator("h1").textContent()).toContain("Guides");
    await page.locator(".vp-doc li a", { hasText: /^A first comparison/ }).click();
    await page.waitForURL("**/docs/first-comparison.html");
    expect(said.filter((line) => !line.startsWith("308 "))).toEqual([]);
    await page.close();
  });

  it("fits small screens with every verdict on one line", async () => {
    const { page } = await open("", { width: 320 });
    for (const path of [
      "",
      "papers/",
      "papers/lion.html",
      "papers/lion/report.html",
      "docs/",
      "compare.html",
    ]) {
      await page.goto(site + path, { waitUntil: "networkidle" });
      for (const width of [320, 390]) {
        const here = `${path} at ${width}`;
        await page.setViewportSize({ width, height: 900 });
        expect(await page.evaluate(() => document.documentElement.scrollWidth), here).toBe(width);
        const broken = await page.locator(".counts li, .chip").evaluateAll((elements) =>
          elements
            .filter((element) => {
              const range = document.createRange();
              range.selectNodeContents(element.lastChild!);
              return range.getClientRects().length !== 1;
            })
            .map(({ textContent }) => textContent),
        );
        expect(broken, here).toEqual([]);
      }
    }
    await page.close();
  });

  it.each([
    ["compare.html", "npx minimand compare FILE"],
    ["papers/", "Filters need JavaScript"],
    ["papers/lion.html", "npx minimand reproduce lion"],
  ])("says without scripts what needs them: %s", async (path, words) => {
    const page = await browser.newPage({ javaScriptEnabled: false });
    await page.goto(site + path);
    const notes = page.locator(".needs-script");
    expect(await notes.last().isVisible()).toBe(true);
    const text = (await notes.allInnerTexts()).join("\n");
    expect(text).toContain(words);
    expect(text).not.toContain("<");
    await page.close();
  });

  it("comes back to the list as it was from a paper", async () => {
    const { page, said } = await open("papers/?topic=preferences&since=2024");
    const few = titlesOf("?topic=preferences&since=2024");
    await expect.poll(() => titles(page), patience).toEqual(few);
    await page.locator(".card h3 a").first().click();
    await page.waitForURL("**/papers/*.html");
    // The address changes before the page does.
    await expect.poll(() => page.locator("h1").textContent(), patience).toContain(few[0]);
    await page.goBack();
    await expect.poll(() => titles(page), patience).toEqual(few);
    expect(said).toEqual([]);
    await page.close();
  });

  it("shows the papers of a paper's topic", async () => {
    const { page, said } = await open("papers/rdpo.html");
    await page.getByRole("link", { name: "preferences", exact: true }).click();
    await page.locator(".card").first().waitFor();
    await expect.poll(() => titles(page), patience).toEqual(titlesOf("?topic=preferences"));
    expect(said).toEqual([]);
    await page.close();
  });

  it("leads from a paper to the pieces of the library that the reference has", async () => {
    const { page, said } = await open("papers/comp-sum.html");
    const pieces = page.locator(".pieces");
    expect(await pieces.locator("a").allTextContents()).toEqual(
      cards
        .find(({ slug }) => slug === "comp-sum")!
        .pieces.filter((name) => process.env.MINIMAND_SITE !== undefined || Object.hasOwn(theory, name)),
    );
    await pieces.getByRole("link", { name: "compSumTransform", exact: true }).click();
    await page.waitForURL(`${site}api/lab/theory.html#compSumTransform`);
    await page.locator("h3#compSumTransform").waitFor(patience);
    expect(said).toEqual([]);
    await page.close();
  });

  it("finds papers and guides by /, with letters left out", async () => {
    const { page, said } = await open("docs/export.html");
    const find = async (words: string, address: string): Promise<void> => {
      await page.keyboard.press("/");
      await page.locator("#localsearch-input").fill(words);
      const addresses = (): Promise<string[]> =>
        page.locator(".result").evaluateAll((links) => links.map((link) => link.getAttribute("href") ?? ""));
      // Those of the words before may still be there.
      await expect.poll(async () => (await addresses()).slice(0, 3).join(), patience).toContain(address);
      // Sources are read where a page leads to them, and not searched.
      expect((await addresses()).join()).not.toContain("/source/");
      await page.keyboard.press("Escape");
    };
    await find("lagevin multiplicativ", "papers/dale-langevin.html");
    // Words of the catalogue's own sentence.
    await find("random loss against overfitting", "papers/ensloss.html");
    await find("ownership of an aray", "docs/ownership.html");
    await find("minimizabiltyGap", "api/lab/theory.html#minimizabilityGap");
    await find("own network", "docs/");
    await page.keyboard.press("/");
    await page.locator(".result").first().waitFor();
    expect(await faultsOf(page)).toEqual([]);
    expect(said).toEqual([]);
    await page.close();
  });

  it.each([
    "",
    "papers/",
    "papers/elasticface.html",
    "papers/dcdm.html",
    "docs/",
    "docs/results.html",
    "compare.html",
    "api/lab/theory.html",
    "source/examples/smoke.ts.html",
    "404.html",
  ])(
    "fits a telephone, a wide page and paper, in light and dark, without a fault that axe finds or much to load: %s",
    async (path) => {
      const { page, said, scripts } = await open(path);
      const texts = [...scripts].map((script) => readFileSync(join(folder, script.slice(base.length))));
      expect(texts.length).toBeGreaterThan(3);
      const packed = texts.reduce((sum, text) => sum + gzipSync(text).length, 0);
      expect(packed, "bytes of scripts").toBeLessThanOrEqual(200_000);
      // The engine comes when something runs.
      expect(texts.filter((text) => /WebAssembly\.(Module|instantiate)\b/.test(text.toString()))).toEqual([]);
      for (const [width, colorScheme] of [
        [1280, "light"],
        [390, "dark"],
        [1280, "dark"],
      ] as const) {
        const here = `${width} ${colorScheme}`;
        await page.setViewportSize({ width, height: 900 });
        await page.emulateMedia({ colorScheme, media: "screen" });
        await page.locator(colorScheme === "dark" ? "html.dark" : "html:not(.dark)").waitFor(patience);
        expect(await page.evaluate(() => document.documentElement.scrollWidth), here).toBeLessThanOrEqual(
          width,
        );
        // The other rules have seen this width, and these colours.
        const rules = width === 1280 && colorScheme === "dark" ? rulesOnColours : undefined;
        expect(await faultsOf(page, rules), here).toEqual([]);
        if (width > 1000) expect(await cutTables(page), here).toEqual([]);
        await page.emulateMedia({ media: "print" });
        expect(await page.locator(".VPNav").isVisible(), here).toBe(false);
        const ink = await page.evaluate(() => getComputedStyle(document.body).color);
        expect(Math.max(...ink.match(/\d+/g)!.map(Number)), ink).toBeLessThan(100);
      }
      expect(said).toEqual([]);
      await page.close();
    },
  );

  it("runs no script that it wasn't built with, and says so on any server of files", async () => {
    const { page } = await open("papers/lion.html");
    const refused = await page.evaluate(async () => {
      const directives: string[] = [];
      addEventListener("securitypolicyviolation", ({ effectiveDirective, disposition }) =>
        directives.push(`${disposition} ${effectiveDirective}`),
      );
      const added = document.createElement("script");
      added.textContent = "window.injected = 1";
      document.body.append(added);
      document.body.insertAdjacentHTML("beforeend", `<img src="" onerror="window.injected = 2">`);
      await fetch("https://example.org/").catch(() => {});
      // Reports come later than what they report, on a busy machine much later.
      for (let wait = 0; wait < 100 && directives.length < 6; wait++)
        await new Promise((resolve) => setTimeout(resolve, 50));
      return { directives, injected: "injected" in window };
    });
    expect(refused.injected).toBe(false);
    // Each twice: by what the page says, and by what its server says.
    for (const directive of ["script-src-elem", "script-src-attr", "connect-src"])
      expect(refused.directives.filter((one) => one === `enforce ${directive}`)).toHaveLength(2);
    // The page says what the server's header says, which alone can forbid frames.
    const written = await page.locator("meta[http-equiv=Content-Security-Policy]").getAttribute("content");
    const answer = await page.request.get(`${site}papers/lion.html`);
    expect(answer.headers()["content-security-policy"]).toBe(`${written}; frame-ancestors 'none'`);
    await page.close();
  });

  it("takes subscriptions where its server sends mail, and ends them by the link of a mail", async () => {
    await using receiver = await startReceiver();
    const opening = Promise.withResolvers<Subscription>();
    const mailing = await serveFolder(folder, { subscription: () => opening.promise });
    const url = addressOf(mailing);
    const database = await openDatabase(await freshPglite(), silent);
    const key = randomBytes(32);
    const from = { name: "", address: "news@example.org" };
    const mail = { server: receiver.url, from, returnPath: from.address };
    opening.resolve(await openSubscription({ database, key, url, mail, ...silent }));
    const confirmed = (): Promise<{ id: string; rhythm: string }[]> =>
      database.query("select id::text, rhythm from minimand.subscriptions where confirmed_at is not null");

    const { page, said } = await open("papers/", { width: 390, dark: true, at: url });
    const fits = async (): Promise<void> =>
      expect(await page.evaluate("document.documentElement.scrollWidth")).toBeLessThanOrEqual(390);
    const form = page.getByRole("region", { name: "Subscribe by e-mail" });
    const address = form.getByLabel("E-mail address");
    await address.fill("ann@example");
    await form.getByLabel("At most").selectOption("once a day");
    await page.keyboard.press("Enter");
    await form.getByText("No mail can be sent to this address").waitFor();
    await address.fill("ann@example.org");
    await form.getByRole("button").click();
    await form.getByText("a message is on its way").waitFor();
    await fits();
    expect(await faultsOf(page)).toEqual([]);
    const [received] = await receiver.until(1);
    expect(received.to).toEqual(["ann@example.org"]);
    await page.goto(linkIn(received, "confirm").href);
    expect(await confirmed()).toEqual([]);
    await fits();
    await page.getByRole("button", { name: "Confirm" }).click();
    await page.getByRole("heading", { name: "Confirmed" }).waitFor();
    const [{ id, rhythm }] = await confirmed();
    expect(rhythm).toBe("daily");
    await fits();
    await page.goto(linksOf(url, key).unsubscribe(id, new Date()));
    expect(await confirmed()).toHaveLength(1);
    await page.getByRole("button").click();
    await page.getByRole("heading", { name: "Unsubscribed" }).waitFor();
    expect(await confirmed()).toEqual([]);
    // The form of the server itself, for those without scripts.
    await page.goto(`${url}subscribe`);
    await page.getByLabel("E-mail address").fill("bob@example.org");
    await page.keyboard.press("Enter");
    await page.getByRole("heading", { name: "Check your mail" }).waitFor();
    await fits();
    expect(said.filter((line) => !/^(202|400) |status of 400/.test(line))).toEqual([]);
    await page.close();
    const still = await open("papers/");
    expect(await still.page.getByRole("region", { name: "Subscribe by e-mail" }).count()).toBe(0);
    await still.page.close();
    mailing.closeAllConnections();
    mailing.close();
    await (await opening.promise).close();
  });

  it("is kept for those without a network, until there is a newer build", async () => {
    const first = await serveFolder(folder);
    const address = addressOf(first);
    const context = await browser.newContext();
    const page = await context.newPage();
    const other = await context.newPage();
    const heading = (): Promise<string | null> => page.locator("h1").first().textContent();
    await page.goto(`${address}docs/export.html`);
    const title = await heading();
    await page.evaluate(async () => {
      const { serviceWorker } = navigator;
      await serviceWorker.ready;
      if (serviceWorker.controller !== null) return;
      await new Promise((resolve) => serviceWorker.addEventListener("controllerchange", resolve));
    });
    await page.goto(`${address}source/examples/smoke.ts.html`);
    // What is read is kept a moment after it was read.
    const isKept = (): Promise<boolean> =>
      page.evaluate(async () => {
        const loaded = performance.getEntriesByType("resource").map(({ name }) => name);
        const preloads = document.querySelectorAll<HTMLLinkElement>("link[rel=modulepreload]");
        const scripts = [
          ...loaded.filter((name) => name.endsWith(".js")),
          ...Array.from(preloads, ({ href }) => href),
        ];
        const needed = [location.href, ...scripts];
        const kept = await Promise.all(needed.map((name) => caches.match(name, { ignoreSearch: true })));
        return kept.every((one) => one !== undefined);
      });
    await expect.poll(isKept, patience).toBe(true);
    first.closeAllConnections();
    first.close();

    await page.reload();
    expect(await heading()).toContain("examples/smoke.ts");
    await page.goto(`${address}source/examples/own-network.ts.html`);
    expect(await heading()).toBe("This page is not available offline");
    await page.getByRole("link", { name: "All papers" }).click();
    await page.locator(".card h3 a").first().click();
    await expect.poll(heading, patience).toContain(titlesOf("")[0]);
    await page.keyboard.press("/");
    await page.locator("#localsearch-input").fill("files of models as onnx");
    await page.locator(".result").first().waitFor();
    await page.goto(`${address}docs/export.html?from=elsewhere`);
    expect(await heading()).toBe(title);

    // Online a page is the newer one at once. Those that are open stay as they are until they are asked, or leave.
    await other.goto(address);
    const newer = mkdtempSync(join(tmpdir(), "minimand-site-"));
    cpSync(folder, newer, { recursive: true });
    const [app] = globSync("assets/app.*.js", { cwd: newer });
    renameSync(join(newer, app), join(newer, "assets/app.newer.js"));
    for (const name of globSync("{.,docs,papers}/*.html", { cwd: newer })) {
      const text = readFileSync(join(newer, name), "utf8").replaceAll(app, "assets/app.newer.js");
      writeFileSync(join(newer, name), text.replace("</head>", '<meta name="newer"></head>'));
    }
    await writeServiceWorker(newer, base);
    const second = await serveFolder(newer, { port: Number(new URL(address).port) });
    const isNewer = (one: Page): Promise<boolean> =>
      one.evaluate(() => document.querySelector("meta[name=newer]") !== null);
    const fresh = await context.newPage();
    await fresh.goto(`${address}docs/export.html`);
    expect(await isNewer(fresh)).toBe(true);
    const ask = (one: Page) => one.getByRole("button", { name: "Load it" });
    await ask(page).waitFor();
    expect(await isNewer(page)).toBe(false);
    await ask(page).click();
    await page.locator("meta[name=newer]").waitFor({ state: "attached" });
    await ask(other).waitFor();
    await other.evaluate(() => Object.assign(window, { older: true }));
    await other.getByRole("link", { name: "Guides" }).click();
    await other.waitForFunction(() => !("older" in window));
    await expect.poll(() => isNewer(other), patience).toBe(true);
    for (const one of [fresh, page, other]) await expect.poll(() => ask(one).count(), patience).toBe(0);
    second.closeAllConnections();
    second.close();
    await page.reload();
    expect(await isNewer(page)).toBe(true);
    await context.close();
    rmSync(newer, { recursive: true });
  });

  describe("the page that compares", () => checkComparePage(() => ({ open, faultsOf })));

  describe("a run of a paper in its page", () => {
    const start = (page: Page): Promise<void> => page.locator(".run-here button[type=submit]").click();
    /** The report of the run that the page shows. */
    async function reportOf(page: Page): Promise<ReproductionFile> {
      await page.locator(".run-results").waitFor({ timeout: 120_000 });
      expect(await page.locator(".run-results .chip").textContent()).toContain("smoke test");
      const downloading = page.waitForEvent("download");
      await page.getByRole("button", { name: "Download" }).click();
      return JSON.parse(readFileSync(await (await downloading).path(), "utf8"));
    }
    /** All that decides, its numbers to ten digits: logarithms of two versions of V8 may differ in their last bits. */
    const parts = ({ rows, series, because }: ReproductionReport): string =>
      JSON.stringify({ rows, series, because }, (_, value) =>
        typeof value === "number" ? Number(value.toPrecision(10)) : value,
      );

    it.each(["optimistic-omd", "ldr"])("gives the numbers of Node, after its rule: %s", async (slug) => {
      const { page, said } = await open(`papers/${slug}.html`, { width: 390, dark: true });
      const rule = await page.locator(".run-rule a").evaluate((link: HTMLAnchorElement) => {
        const heading = document.getElementById(link.hash.slice(1))!;
        const above = Node.DOCUMENT_POSITION_PRECEDING;
        return { is: heading.textContent, above: (link.compareDocumentPosition(heading) & above) !== 0 };
      });
      expect(rule.is).toContain(ruleHeading(cards.find((card) => card.slug === slug)!.ruleLog));
      expect(rule.above).toBe(true);
      await start(page);
      const [found, here] = await Promise.all([reportOf(page), quickHere(slug)]);
      expect(parts(found)).toBe(parts(here));
      expect(found.verdict, "of a quick run").toBe("undecided");
      expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(390);
      expect(await faultsOf(page)).toEqual([]);
      expect(said).toEqual([]);
      await page.close();
    });

    it("stops, is found again by another visit, and goes on", async () => {
      const { page, said } = await open("papers/anyloss.html");
      await start(page);
      await page.locator(".run-progress progress[value]").waitFor({ timeout: 120_000 });
      await page.getByRole("button", { name: "Stop" }).click();
      await page.getByRole("button", { name: "Resume" }).waitFor(patience);
      await page.reload();
      await page.getByRole("button", { name: "Resume" }).click();
      const [found, here] = await Promise.all([reportOf(page), quickHere("anyloss")]);
      expect(parts(found)).toBe(parts(here));
      expect(found.trials.kept).toBeGreaterThan(0);
      expect(found.trials.kept).toBeLessThan(found.trials.total);
      await page.reload();
      await expect.poll(() => page.locator(".run-results table").count(), patience).toBeGreaterThan(0);
      await page.getByRole("button", { name: "Delete this run" }).click();
      await page.locator(".run-results").waitFor({ state: "detached" });
      expect(said).toEqual([]);
      await page.close();
    });
  });

  it("has a figure that follows a reader's hand, by the keyboard", async () => {
    const { page, said } = await open("papers/ldr.html");
    await page.locator(".try-it").scrollIntoViewIfNeeded();
    await page.locator(".try-it svg").first().waitFor({ timeout: 120_000 });
    const words = page.locator(".try-words");
    const before = await words.textContent();
    await page.getByLabel("Temperature").press("End");
    await expect.poll(() => words.textContent(), { timeout: 60_000 }).not.toBe(before);
    // So hot that all classes count alike.
    expect(await words.textContent()).toMatch(/gets 1[12] % .* lowest score 1[01] %/);
    expect(await faultsOf(page)).toEqual([]);
    expect(said).toEqual([]);
    await page.close();
  });

  it("marks the newest papers as new, by the reader's clock", async () => {
    const page = await browser.newPage();
    await page.clock.setFixedTime(new Date("2025-12-01T12:00:00Z"));
    await page.goto(`${site}papers/`);
    await page.locator(".new").first().waitFor();
    const marked = await page
      .locator(".card:has(.new) time")
      .evaluateAll((times) => times.map((time) => time.getAttribute("datetime")));
    const dates = chosen(catalogue(), everything).map(({ date }) => date);
    expect(marked).toEqual(dates.filter((date) => date >= "2024-07"));
    await page.close();
  });

  it("says at each page where it stands and what it is, and lists all for machines", () => {
    const page = readFileSync(join(folder, "papers/lion.html"), "utf8");
    expect(page).toContain(`<link rel="canonical" href="https://example.org${base}papers/lion.html">`);
    expect(page).toMatch(/<meta property="og:title" content="Lion Secretly Solves[^"]*">/);
    expect(page).toMatch(/<meta property="og:description" content="What weight decay does[^"]*">/);
    expect(page).toContain(`<meta property="og:image" content="https://example.org${base}card.png">`);
    expect(readFileSync(join(folder, "card.png")).subarray(1, 4).toString()).toBe("PNG");
    expect(readFileSync(join(folder, "robots.txt"), "utf8")).toContain(`${base}sitemap.xml\n`);
    const sitemap = readFileSync(join(folder, "sitemap.xml"), "utf8");
    for (const { slug } of catalogue())
      expect(sitemap).toContain(`<loc>https://example.org${base}papers/${slug}.html</loc>`);
    for (const file of ["papers.json", "feed.xml", "atom.xml", "feed.json", "llms.txt"])
      expect(readFileSync(join(folder, file), "utf8")).toContain(
        `https://example.org${base}papers/lion.html`,
      );
  });
});
