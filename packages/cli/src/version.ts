// biome-ignore lint/style/noRestrictedImports: our own package.json
import { readFileSync } from "node:fs";

/** Version of this package. */
export const version: string = versionIn(new URL("../package.json", import.meta.url));

/** The array engine. It doesn't export its package.json, which is next to the folder of its entry point. */
export const arrayEngine = `@jax-js/jax ${versionIn(new URL("../package.json", import.meta.resolve("@jax-js/jax")))}`;

/** What results depend on in addition to data, settings and the engine of training. */
export function versions(): { minimand: string; engine: string; node: string } {
  return { minimand: version, engine: `${arrayEngine} (wasm)`, node: process.versions.node };
}

function versionIn(url: URL): string {
  return (JSON.parse(readFileSync(url, "utf8")) as { version: string }).version;
}
