import { rolldown } from "rolldown";
import type { Served } from "./browser.ts";

/** A page (`/`) and the modules of its workers (`/worker.js`, or by their names), bundled from source, and what the bundler had to say. */
export async function pageWithWorker(
  page: string,
  worker: string | Record<string, string>,
): Promise<{ fileAt: (path: string) => Served | null; said: string[] }> {
  const said: string[] = [];
  const build = await rolldown({
    input: { page, ...(typeof worker === "string" ? { worker } : worker) },
    platform: "browser",
    resolve: { conditionNames: ["minimand-source", "browser", "import", "default"] },
    onLog(_, { message }) {
      // The trees' library asks for modules of Node where it runs in Node.
      if (!message.includes("ydf-training")) said.push(message);
    },
  });
  const { output } = await build.generate({ format: "esm", entryFileNames: "[name].js" });
  await build.close();
  const files = new Map(
    output.map((file) => [`/${file.fileName}`, "code" in file ? file.code : file.source]),
  );
  return {
    said,
    fileAt(url) {
      const [path] = url.split("?", 1);
      if (path === "/")
        return {
          content: '<!doctype html><script type="module" src="/page.js"></script>',
          type: "text/html",
        };
      const content = files.get(path);
      return content === undefined ? null : { content, type: "text/javascript" };
    },
  };
}
