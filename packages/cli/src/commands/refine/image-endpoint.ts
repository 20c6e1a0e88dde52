import { setTimeout as wait } from "node:timers/promises";
import { parseJson } from "minimand/engine";
import pRetry, { AbortError } from "p-retry";
import { UsageError } from "../../failure.ts";
import { isLoopback } from "../../server/loopback.ts";
import { boundedBody, TooManyBytes } from "./bounded-body.ts";
import { type Picture, pictureOf } from "./picture.ts";
import { fetchPicture } from "./picture-address.ts";
import type { Spending } from "./spending.ts";

/** How a service that makes pictures is reached. */
export interface EndpointOptions {
  /** Address of the service, such as `https://api.openai.com/v1`; the path of the request is added where it lacks. */
  url: string;
  /** Sent as a bearer token; null where the service wants none. */
  key: string | null;
  /** Further hosts that pictures may be fetched from. */
  allowHost?: readonly string[];
  model?: string;
  /** `WIDTHxHEIGHT`. */
  size?: string;
  /** Milliseconds until the answer to one request has to be there, whole. */
  timeout: number;
  /** Times that a request is tried again where the service is busy or gone. */
  retries: number;
  /** Milliseconds before the first further try; each next one waits twice as long. */
  patience?: number;
  /** Knows how many pictures may still be asked for. */
  spending: Spending;
  /** Is told of a wait of five seconds or more, and what it is for. */
  onWait?: (milliseconds: number, why: string) => void;
}

/** Bytes of an answer or of a picture: several times what services send. */
const mostBytes = 64 * 2 ** 20;

/** Bytes of a refusal, of which a line is shown. */
const mostRefusalBytes = 64 * 2 ** 10;

/** Makes a picture of a prompt. */
export type ImageService = (prompt: string, signal: AbortSignal) => Promise<Picture>;

/** The service won't draw this prompt; others it may. */
export class PromptRefused extends Error {
  override name = "PromptRefused";
}

/** The service didn't answer, however often it was asked. */
export class EndpointGone extends UsageError {}

/** What a further try may mend. `after` is how long the service asks to be left alone, in milliseconds. */
class Busy extends Error {
  readonly after: number;
  constructor(message: string, after = 0) {
    super(message);
    this.after = after;
  }
}

/**
 * A service that speaks the widespread HTTP API of pictures: `POST /images/generations` with `prompt`, `n`, `model` and `size`,
 * answered by `data[0].b64_json` or `data[0].url`.
 *
 * A request is tried again after 408, 429, 5xx, a connection that breaks and an answer that doesn't come in time; `Retry-After` is
 * respected. Where an answer was lost, the service may have made the picture, and it counts as spent. The key is sent to the
 * service alone, over TLS or to this machine, never to where a picture is fetched from, and no message contains it. Pictures are fetched from
 * the same origin or from allowed hosts. What is longer than {@link mostBytes} is not read to its end.
 *
 * @returns a function that rejects with {@link PromptRefused} for 400 and 422, with {@link EndpointGone} when the tries are used up, and with
 *   `UsageError` for a refused key, a wrong address and an answer that is none
 * @throws UsageError for an address that is none, or a key that no request can carry
 */
export function imageEndpoint(options: EndpointOptions): ImageService {
  const { timeout, retries, patience = 1000, spending, key, onWait, allowHost: allowed = [] } = options;
  const address = addressOf(options);
  const where = address.host;
  const refused = (what: string): UsageError => new UsageError(`--endpoint ${where}: expected ${what}`);
  const authorization = authorizationOf(key);
  // Some services repeat the key that they refuse.
  const excerpt = (text: string): string =>
    shortened(key === null ? text : text.replaceAll(key, "(the key)"));
  let told = 0;
  const tellWait = (wait: number, { message }: Error): void => {
    const until = performance.now() + wait;
    if (wait < 5000 || until < told) return;
    told = until + 5000;
    onWait?.(wait, message);
  };

  async function ask(prompt: string, signal: AbortSignal): Promise<Picture> {
    const { model, size } = options;
    const until = AbortSignal.any([signal, AbortSignal.timeout(timeout)]);
    const settle = await spending.ask();
    const lost = (error: unknown): Error => {
      if (signal.aborted) return signal.reason;
      if (error instanceof TooManyBytes) return refused(`an answer of a picture, got ${error.message}`);
      return error instanceof UsageError ? error : new Busy(lossOf(error, timeout));
    };
    const response = await fetch(address, {
      method: "POST",
      headers: {
        "content-type": "application/json",
        ...(authorization !== null && { authorization }),
      },
      body: JSON.stringify({
        prompt,
        n: 1,
        ...(model !== undefined && { model }),
        ...(size !== undefined && { size }),
      }),
      // To follow it would be to send the key elsewhere.
      redirect: "manual",
      signal: until,
    }).catch((error: unknown) => {
      // Nothing was sent where nobody listens.
      if (neverSent(error)) settle();
      throw lost(error);
    });
    const bytes = await boundedBody(response, response.ok ? mostBytes : mostRefusalBytes).catch(
      (error: unknown) => {
        // A long page of a proxy says no more than its status.
        if (error instanceof TooManyBytes && !response.ok) return Buffer.alloc(0);
        throw lost(error);
      },
    );
    const body = bytes.toString();
    if (!response.ok) {
      settle();
      throw refusalOf(response, messageIn(body, excerpt), where);
    }
    const answer = answerOf(body);
    if (answer === null) throw refused(`data[0].b64_json or data[0].url in the answer, got ${excerpt(body)}`);
    if ("base64" in answer) return pictureOf(Buffer.from(answer.base64, "base64"), where);
    const hosts = { endpoint: address, allowed };
    const fetched = await fetchPicture(answer.url, hosts, until).catch((error: unknown) => {
      throw lost(error);
    });
    if (!fetched.ok) {
      await fetched.body?.cancel();
      throw new Busy(`${fetched.status} for the picture's own address`);
    }
    const picture = await boundedBody(fetched, mostBytes).catch((error: unknown) => {
      throw lost(error);
    });
    return pictureOf(picture, where);
  }

  return async (prompt, signal) => {
    try {
      return await pRetry(
        () =>
          ask(prompt, signal).catch((error: Error) => {
            throw error instanceof Busy ? error : new AbortError(error);
          }),
        {
          retries,
          minTimeout: patience,
          maxTimeout: 60_000,
          randomize: true,
          signal,
          onFailedAttempt: async ({ error, retriesLeft, retryDelay }) => {
            if (retriesLeft === 0 || !(error instanceof Busy)) return;
            tellWait(Math.max(error.after, retryDelay), error);
            const more = error.after - retryDelay;
            if (more > 0) await wait(more, undefined, { signal });
          },
        },
      );
    } catch (error) {
      if (signal.aborted) throw signal.reason;
      if (!(error instanceof Busy)) throw error;
      throw new EndpointGone(
        `--endpoint ${where}: expected an answer, got ${error.message}${retries > 0 ? `, ${retries + 1} times` : ""}`,
      );
    }
  };
}

/**
 * Looks at address and key before anything is done.
 *
 * @throws as {@link imageEndpoint}
 */
export function checkEndpoint(options: Pick<EndpointOptions, "url" | "key">): void {
  addressOf(options);
  authorizationOf(options.key);
}

function addressOf({ url, key }: Pick<EndpointOptions, "url" | "key">): URL {
  const address = URL.parse(url);
  if (address === null || !/^https?:$/.test(address.protocol))
    throw new UsageError(`--endpoint: expected an address with http:// or https://, got '${url}'`);
  if (address.username !== "" || address.password !== "")
    throw new UsageError(
      "--endpoint: expected an address without a password; MINIMAND_IMAGE_KEY holds the key",
    );
  if (key !== null && address.protocol === "http:" && !isLoopback(address.hostname))
    throw new UsageError(
      `--endpoint: expected https:// where MINIMAND_IMAGE_KEY is set, got http://${address.host}: the key could be read on the way. Unset it if the service needs none`,
    );
  const path = address.pathname.replace(/\/+$/, "");
  if (!path.endsWith("/images/generations"))
    address.pathname = `${path === "" ? "/v1" : path}/images/generations`;
  return address;
}

function authorizationOf(key: string | null): string | null {
  if (key === null) return null;
  // Anything else breaks a request, and what breaks one would show the key.
  if (!/^[!-~]+$/.test(key))
    throw new UsageError("MINIMAND_IMAGE_KEY: expected a key of visible ASCII characters, got others, too");
  return `Bearer ${key}`;
}

/** The error for an answer that is no success. */
function refusalOf(response: Response, message: string, where: string): Error {
  const { status } = response;
  const said = `${status}${message}`;
  if (status === 401 || status === 403)
    return new UsageError(`MINIMAND_IMAGE_KEY: expected a key that ${where} accepts, got the answer ${said}`);
  if (status === 400 || status === 422) return new PromptRefused(said);
  if (status === 408 || status === 429 || status >= 500) return new Busy(said, waitOf(response));
  return new UsageError(
    `--endpoint ${where}: expected a service of images at this address, got the answer ${said}`,
  );
}

/** Milliseconds that `Retry-After` asks for: seconds, or a date. At most ten minutes are waited. */
function waitOf({ headers }: Response): number {
  const text = headers.get("retry-after");
  if (text === null) return 0;
  const seconds = Number(text);
  const milliseconds = Number.isFinite(seconds) ? 1000 * seconds : Date.parse(text) - Date.now();
  return Number.isNaN(milliseconds) ? 0 : Math.min(600_000, Math.max(0, milliseconds));
}

/** What the service says of its refusal: `{ "error": { "message": ... } }`, or `{ "error": ... }`. */
function messageIn(body: string, excerpt: (text: string) => string): string {
  const said = fieldOf(fieldOf(parsed(body), "error"), "message") ?? fieldOf(parsed(body), "error");
  return typeof said === "string" ? `: ${excerpt(said)}` : "";
}

function answerOf(body: string): { base64: string } | { url: string } | null {
  const data = fieldOf(parsed(body), "data");
  const first: unknown = Array.isArray(data) ? data[0] : undefined;
  const base64 = fieldOf(first, "b64_json");
  if (typeof base64 === "string") return { base64 };
  const url = fieldOf(first, "url");
  return typeof url === "string" ? { url } : null;
}

function parsed(body: string): unknown {
  try {
    return parseJson(body);
  } catch {
    return undefined;
  }
}

const fieldOf = (value: unknown, name: string): unknown =>
  typeof value === "object" && value !== null ? (value as Record<string, unknown>)[name] : undefined;

const shortened = (text: string): string =>
  text.length > 160 ? `${text.slice(0, 160)}...` : text || "nothing";

const codeOf = (error: unknown): unknown => fieldOf(fieldOf(error, "cause"), "code");

const neverSent = (error: unknown): boolean =>
  ["ECONNREFUSED", "ENOTFOUND", "EAI_AGAIN", "EHOSTUNREACH", "ENETUNREACH"].includes(String(codeOf(error)));

function lossOf(error: unknown, timeout: number): string {
  if (error instanceof DOMException && error.name === "TimeoutError")
    return `none within ${timeout / 1000} s`;
  const code = codeOf(error);
  return code === "ECONNREFUSED" ? "a refused connection" : `a broken connection${code ? ` (${code})` : ""}`;
}
