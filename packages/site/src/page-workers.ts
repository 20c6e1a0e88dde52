import { globSync, readFileSync } from "node:fs";
import { basename, dirname, join, relative } from "node:path";
import { type Plugin, rolldown } from "rolldown";
import { repositoryPath } from "./pages/repository.ts";

/** A worker where it is started, as bundlers find it. */
const started = /(?<=new Worker\(\s*)new URL\("(\.[^"]+\.ts)", import\.meta\.url\)/g;

const source = repositoryPath("packages/site/src");

/** Workers of the site's pages as they are served: files by their names, and the name of each module of a worker. */
interface Workers {
  files: Map<string, string | Uint8Array>;
  names: Map<string, string>;
}

/**
 * Returns a plugin of Vite that bundles the workers of pages. It bundles all in one go, so that the engine is in one file for all of them,
 * and by Rolldown, which takes a tenth of the time that VitePress's Vite does. A site that is being written leaves them to Vite.
 *
 * @param base path of the site, with slashes around it
 */
export function pageWorkers(base: string) {
  let workers: Promise<Workers> | undefined;
  return {
    name: "page-workers",
    enforce: "pre" as const,
    apply: "build" as const,
    async transform(code: string, id: string, options?: { ssr?: boolean }): Promise<string | undefined> {
      if (options?.ssr === true || !id.startsWith(source) || code.match(started) === null) return undefined;
      workers ??= bundleWorkers();
      const { names } = await workers;
      return code.replaceAll(started, (_, path: string) => {
        const name = names.get(join(dirname(id.split("?")[0]), path));
        return `new URL(${JSON.stringify(`${base}assets/${name}`)}, location.href)`;
      });
    },
    async generateBundle(this: {
      emitFile(file: { type: "asset"; fileName: string; source: string | Uint8Array }): string;
    }): Promise<void> {
      if (workers === undefined) return;
      const { files } = await workers;
      for (const [name, content] of files)
        this.emitFile({ type: "asset", fileName: `assets/${name}`, source: content });
    },
  };
}

/** Returns all workers that modules of the site start, those that workers start included. */
export async function bundleWorkers(): Promise<Workers> {
  const modules = globSync("**/*.{ts,vue}", { cwd: source }).flatMap((file) => {
    const path = join(source, file);
    return [...readFileSync(path, "utf8").matchAll(started)].map(([, module]) => join(dirname(path), module));
  });
  const names = new Map<string, string>();
  const build = await rolldown({
    input: [],
    platform: "browser",
    resolve: { conditionNames: ["minimand-source", "browser", "import", "default"] },
    plugins: [emittedWorkers([...new Set(modules)], names), addresses],
    onLog(level, log, report) {
      // The trees' library asks for modules of Node where it runs in Node.
      if (!log.message.includes("ydf-training")) report(level, log);
    },
  });
  const { output } = await build.generate({
    format: "esm",
    minify: true,
    entryFileNames: "[name].[hash].js",
    chunkFileNames: "[name].[hash].js",
    assetFileNames: "[name].[hash][extname]",
  });
  await build.close();
  return {
    names,
    files: new Map(output.map((file) => [file.fileName, file.type === "chunk" ? file.code : file.source])),
  };
}

/** Each module as a file that is loaded by its address, also by the workers that start others. */
function emittedWorkers(modules: readonly string[], names: Map<string, string>): Plugin {
  const files = new Map<string, string>();
  return {
    name: "emitted-workers",
    buildStart() {
      for (const module of modules) {
        const name = relative(source, module)
          .replaceAll(/[^\w]+/g, "-")
          .replace(/-ts$/, "");
        files.set(module, this.emitFile({ type: "chunk", id: module, name }));
      }
    },
    transform(code, id) {
      if (!id.startsWith(source) || code.match(started) === null) return undefined;
      return code.replaceAll(
        started,
        (_, path: string) => `import.meta.ROLLUP_FILE_URL_${files.get(join(dirname(id), path))}`,
      );
    },
    generateBundle() {
      for (const [module, file] of files) names.set(module, this.getFileName(file));
    },
  };
}

/** `import address from "file?url"`, as Vite has it. */
const addresses: Plugin = {
  name: "addresses",
  async resolveId(id, importer) {
    if (!id.endsWith("?url")) return undefined;
    const file = await this.resolve(id.slice(0, -4), importer);
    return file && `${file.id}?url`;
  },
  load(id) {
    if (!id.endsWith("?url")) return undefined;
    const path = id.slice(0, -4);
    const file = this.emitFile({ type: "asset", name: basename(path), source: readFileSync(path) });
    return { code: `export default import.meta.ROLLUP_FILE_URL_${file};`, moduleType: "js" };
  },
};
