/* Gzipped size of what a browser bundle takes from the library, without the engine, as JSON. */
import { gzipSync } from "node:zlib";
import { rolldown } from "rolldown";

/** Bundles one entry and returns its gzipped bytes. */
async function size(code: string): Promise<number> {
  const bundle = await rolldown({
    input: "entry",
    external: ["@jax-js/jax"],
    platform: "browser",
    resolve: { conditionNames: ["minimand-source", "import", "default"] },
    plugins: [
      {
        name: "entry",
        resolveId: (id) => (id === "entry" ? "\0entry" : null),
        load: (id) => (id === "\0entry" ? code : null),
      },
    ],
  });
  const { output } = await bundle.generate({ format: "esm", minify: true });
  await bundle.close();
  return gzipSync(output[0].code, { level: 9 }).length;
}

console.log(
  JSON.stringify({
    classification: await size(`export * from "minimand/losses";`),
    crossEntropy: await size(`export { crossEntropy } from "minimand";`),
    compSum: await size(`export { compSum } from "minimand";`),
    anyLoss: await size(`export { anyLoss } from "minimand";`),
    whole: await size(`export * from "minimand";`),
  }),
);
