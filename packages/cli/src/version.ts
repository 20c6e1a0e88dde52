import { readFileSync } from "node:fs";

/** Version of this package. */
export const version: string = versionIn(new URL("../package.json", import.meta.url));

/** What results depend on beside data and settings. */
export function versions(): { minimand: string; engine: string; node: string } {
  // The engine doesn't export its package.json; it lies beside the folder of its entry point.
  const engine = versionIn(new URL("../package.json", import.meta.resolve("@jax-js/jax")));
  return { minimand: version, engine: `@jax-js/jax ${engine} (wasm)`, node: process.versions.node };
}

function versionIn(url: URL): string {
  return (JSON.parse(readFileSync(url, "utf8")) as { version: string }).version;
}
