import { execFileSync } from "node:child_process";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { extname, join } from "node:path";
import { build } from "vite";
import { noBrowser, openBrowser, serve } from "../../test/support/browser.ts";
import { guidePrograms } from "../../test/support/guides.ts";
import { makeProject, type Packed } from "./project.ts";

const types: Record<string, string> = {
  ".html": "text/html",
  ".js": "text/javascript",
  ".wasm": "application/wasm",
};

/** Builds the page and the worker of docs/browser.md by Vite with the packed library, and loads them in Chromium. */
export async function checkPage(packed: readonly Packed[]): Promise<void> {
  const library = packed.filter(({ manifest }) => manifest.name === "minimand");
  const { folder } = makeProject("page", library, { optional: false });
  const programs = guidePrograms().filter(({ file }) => file === "docs/browser.md");
  for (const name of ["worker", "page"])
    writeFileSync(join(folder, `${name}.ts`), programs.find((program) => program.for === name)!.code);
  execFileSync("tsc", ["--init"], { cwd: folder });
  execFileSync("tsc", { cwd: folder, stdio: "inherit" });
  writeFileSync(
    join(folder, "index.html"),
    '<!doctype html><body><script type="module" src="./page.js"></script>',
  );
  await build({ root: folder, base: "./", logLevel: "warn", configFile: false, worker: { format: "es" } });
  if (noBrowser !== "")
    return console.log(`SKIPPED: the page of docs/browser.md is built, not loaded${noBrowser}`);
  await loadPage(join(folder, "dist"));
  console.log("the page of docs/browser.md trains in Chromium, built by Vite");
}

/** Waits until the page says that its worker is done. */
async function loadPage(site: string): Promise<void> {
  const { server, address } = await serve((path) => {
    const file = join(site, path === "/" ? "index.html" : path);
    const type = types[extname(file)] ?? "application/octet-stream";
    const policy = "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'";
    return existsSync(file) ? { content: readFileSync(file), type, policy } : null;
  });
  const browser = await openBrowser();
  try {
    const page = await browser.newPage();
    const errors: string[] = [];
    page.on("pageerror", ({ message }) => errors.push(message));
    await page.goto(address);
    await page
      .getByText("done", { exact: true })
      .waitFor({ timeout: 60_000 })
      .catch(() => {
        throw new Error(
          `the page of docs/browser.md: expected 'done', got ${errors.join("; ") || "nothing"}`,
        );
      });
  } finally {
    await browser.close();
    server.close();
  }
}
