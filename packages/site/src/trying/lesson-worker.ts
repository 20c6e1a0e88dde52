/* The module of the worker of a figure that follows a reader's hand. It answers the last values that it was asked for. */
import { shows, type Values } from "@minimand/papers/lessons";
import { startEngine } from "minimand/start";
import { drawn } from "./drawn.ts";

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
      const { show } = await shows[slug]();
      const { figures, ...others } = await show(values);
      postMessage({ shown: { ...others, figures: figures.map(drawn) } });
    } catch (error) {
      postMessage({ fault: error instanceof Error ? error.message : `${error}` });
    }
    // What has been asked meanwhile comes first.
    await new Promise((resolve) => setTimeout(resolve));
  }
  busy = false;
}
