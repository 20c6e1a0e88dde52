import { posix } from "node:path";

/** Folders of pages that have moved: where they were below `api/`, and where they are. */
const moved: { [old: string]: string } = {
  "minimand/generative": "lab/generative",
  "minimand/models/architecture": "lab/architecture",
  "minimand/models/language": "lab/language",
  "minimand/models/prompts": "lab/prompts",
  "minimand/online": "lab/online",
  "minimand/output-layer": "lab/output-layer",
  "minimand/solvers": "lab/solvers",
  "minimand/theory": "lab/theory",
  "minimand/training/architecture": "lab/architecture",
  "minimand/training/prompts": "lab/prompts",
  "minimand/training/self-training": "lab/self-training",
  "minimand/vision": "lab/vision",
};

/** Pages at addresses that others may have kept, which lead to where their symbols are described now. */
export function movedPages(pages: readonly string[]): [path: string, page: string][] {
  return Object.entries(moved).flatMap(([old, now]) =>
    pages
      .filter((page) => page === `api/${now}.md` || page.startsWith(`api/${now}/`))
      .map((page): [string, string] => {
        const path = page.replace(`api/${now}`, `api/${old}`).replace(/md$/, "html");
        return [`public/${path}`, leadTo(posix.relative(posix.dirname(path), page.replace(/md$/, "html")))];
      }),
  );
}

/** With the anchor where scripts run. */
const leadTo = (address: string): string => `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <title>Moved</title>
    <meta name="robots" content="noindex">
    <script>location.replace("${address}" + location.hash);</script>
    <noscript><meta http-equiv="refresh" content="0; url=${address}"></noscript>
  </head>
  <body><p>This page is now at <a href="${address}">${address}</a>.</p></body>
</html>
`;
