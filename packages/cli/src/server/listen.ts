import { createServer } from "node:http";
import { getRequestListener, RequestError } from "@hono/node-server";
import type { Hono } from "hono";
import { checkNumber, rangeError } from "minimand/engine";
import { messageOf } from "../error-text.ts";
import { printable } from "../printable.ts";
import { onStop } from "../run/supervised.ts";
import { inTurn } from "./in-turn.ts";

/** Where a server listens, and what ends with it. */
export interface ListenOptions {
  /** 0 takes a free one. */
  port: number;
  /** Address of this machine on which it listens, default 127.0.0.1: nobody else can reach that. */
  host?: string;
  /** Runs when the last answer is out. */
  close(): Promise<void>;
}

/** Milliseconds that a request may take to arrive; a body is small. */
const arrival = 10_000;
/** Milliseconds for which nothing may move on a connection: who doesn't read its answer holds a file open. */
const silence = 60_000;
/** How the operating system says that a host is no address of this machine. */
const foreign = ["ENOTFOUND", "EAI_AGAIN", "EADDRNOTAVAIL", "EAFNOSUPPORT", "EINVAL"];

/** Milliseconds that answers may take once the server was asked to stop. */
const farewell = 3_000;

/**
 * Serves an app until SIGINT or SIGTERM, and ends the process then.
 *
 * @returns the port, once it listens
 * @throws RangeError for no port, and for a host that is no address of this machine; the error of the operating system where it can't listen
 */
export async function listen(
  app: Hono,
  { port, host: hostname = "127.0.0.1", close }: ListenOptions,
): Promise<number> {
  checkNumber("port", port, { min: 0, max: 65_535, integer: true });
  const listener = getRequestListener(app.fetch, { hostname, errorHandler: answerUnreadable });
  const server = createServer(
    {
      // Longer than clients keep a connection: the server is never the one that closes it just as a request is sent.
      keepAliveTimeout: 65_000,
      headersTimeout: arrival,
      requestTimeout: arrival,
      connectionsCheckingInterval: 1000,
    },
    inTurn(listener),
  ).listen(port, hostname);
  server.timeout = silence;
  await new Promise<void>((resolve, reject) => server.once("listening", resolve).once("error", reject)).catch(
    (error: NodeJS.ErrnoException) => {
      if (!foreign.includes(error.code ?? "")) throw error;
      throw rangeError("host", "an address or a name of this machine", hostname);
    },
  );
  const off = onStop(() => {
    // A second signal ends it at once.
    off();
    server.close(() => {
      close().then(
        () => process.exit(0),
        (error: unknown) => {
          console.error(printable(messageOf(error)));
          process.exit(1);
        },
      );
    });
    // Who sends slowly, or nothing at all, holds up nobody.
    setTimeout(() => server.closeAllConnections(), farewell);
  }, false);
  const address = server.address();
  return typeof address === "object" && address !== null ? address.port : port;
}

/** What has no address that can be understood never comes to the app. */
function answerUnreadable(error: unknown): Response {
  if (!(error instanceof RequestError)) return Response.json({ error: "the server failed" }, { status: 500 });
  const message = `request: expected a host and a path that make an address, got others (${error.message})`;
  return Response.json({ error: message }, { status: 400 });
}
