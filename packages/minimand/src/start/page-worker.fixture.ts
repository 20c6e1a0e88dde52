import { trainShortly } from "./training.fixture.ts";

/* What the browser test runs in a worker of a page. */
trainShortly().then(
  (trained) => postMessage({ trained }),
  (error: unknown) => postMessage({ error: String(error) }),
);
