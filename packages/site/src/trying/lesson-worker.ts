/* The module of the worker of a figure that follows a reader's hand. It answers the last values that it was asked for. */
import { startEngine } from "minimand/start";
import type { Shown, Values } from "./lesson.ts";

const modules: Record<string, () => Promise<{ show: (values: Values) => Promise<Shown> }>> = {
  "dale-langevin": () => import("./dale-langevin.ts"),
  dcdm: () => import("./dcdm.ts"),
  elasticface: () => import("./elasticface.ts"),
  ldr: () => import("./ldr.ts"),
  lion: () => import("./lion.ts"),
};

let wanted: { slug: string; values: Values } | null = null;
let busy = false;

addEventListener("message", ({ data }: MessageEvent<{ slug: string; values: Values }>) => {
  wanted = data;
  if (!busy) void answer();
});

async function answer(): Promise<void> {
  busy = true;
  while (wanted !== null) {
    const { slug, values } = wanted;
    wanted = null;
    try {
      await startEngine();
      const { show } = await modules[slug]();
      postMessage({ shown: await show(values) });
    } catch (error) {
      postMessage({ fault: error instanceof Error ? error.message : `${error}` });
    }
    // What has been asked meanwhile comes first.
    await new Promise((resolve) => setTimeout(resolve));
  }
  busy = false;
}
