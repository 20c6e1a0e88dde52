import { globSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { rolldown } from "rolldown";

/** Packages of many small files, and our own; the others load faster than they are bundled, or need their own place. */
const bundled =
  /^(minimand|@minimand\/\w+|linkedom|pako|htmlparser2|dom\w+|css-\w+|entities|@observablehq\/\w+|d3(-\w+)?)(\/|$)/;

/** Where the sources of our packages begin. */
const sources = Object.fromEntries(
  ["minimand", "compare", "native", "papers", "data"].map((folder) => [
    folder === "minimand" ? folder : `@minimand/${folder}`,
    pathToFileURL(resolve("packages", folder, "src/index.ts")).href,
  ]),
);

/** What modules of a user's get from the command: where the bundle has each entry of our packages, and its source. */
const shared = ["minimand", "compare", "native"].flatMap((folder) => {
  const { name, exports } = JSON.parse(readFileSync(resolve("packages", folder, "package.json"), "utf8"));
  return Object.entries<Record<string, string>>(exports).map(([path, files]): [string, string] => [
    `node_modules/${name}/${path === "." ? "index" : path.slice(2)}`,
    resolve("packages", folder, files["minimand-source"]),
  ]);
});

/**
 * Bundles the command once for all tests of the system tier, which start it hundreds of times: loading 1,400 modules takes most of the time of a
 * command that is refused. The bundle is written where the command's dependencies are found, and removed when the process ends.
 */
export async function setup(): Promise<void> {
  const source = resolve("packages/cli/src");
  const folder = mkdtempSync(resolve("packages/cli/node_modules/bundled-"));
  const entries = ["main.ts", "one-process-child.fixture.ts", "*/*-worker.ts"].flatMap((file) =>
    globSync(join(source, file)),
  );
  process.once("exit", () => rmSync(folder, { recursive: true, force: true }));
  const bundle = await rolldown({
    input: Object.fromEntries([
      ...entries.map((file) => [relative(source, file).replace(/(\.fixture)?\.ts$/, ""), file]),
      ...shared,
    ]),
    platform: "node",
    resolve: { conditionNames: ["minimand-source", "node", "import"] },
    external: (id) => !/^[./]/.test(id) && !bundled.test(id),
    plugins: [
      {
        name: "places of sources",
        // Data, versions, models and what is hashed are found from where a module was written; workers and what is shared, from where it is now.
        transform: (code, id) =>
          id.includes("/node_modules/") || /\/(run\/pool|own\/own-modules)\.ts$/.test(id)
            ? null
            : code
                .replaceAll("import.meta.url", JSON.stringify(pathToFileURL(id).href))
                .replaceAll(
                  "import.meta.resolve(",
                  `((name) => (${JSON.stringify(sources)})[name] ?? import.meta.resolve(name))(`,
                ),
      },
    ],
  });
  await bundle.write({ dir: folder, chunkFileNames: "chunks/[name]-[hash].js" });
  for (const [index] of shared.filter(([path]) => path.endsWith("/index")))
    writeFileSync(
      join(folder, dirname(index), "package.json"),
      JSON.stringify({ type: "module", exports: { ".": "./index.js", "./*": "./*.js" } }),
    );
  process.env.MINIMAND_TEST_BUNDLE = folder;
  // As bin/minimand.js does.
  writeFileSync(
    join(folder, "minimand.js"),
    'process.env.ORT_DISABLE_TELEMETRY = "1";\nawait import("./main.js");\n',
  );
}
