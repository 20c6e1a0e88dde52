import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { encode } from "fast-png";

/** A request as the service saw it. */
export interface Seen {
  path: string;
  authorization: string | undefined;
  body: { prompt?: string; model?: string; size?: string; n?: number };
}

/** Answers a request instead of a picture. */
export type Mishap = (response: ServerResponse, request: IncomingMessage) => void;

/** A picture of one colour, made of a text: the same text, the same bytes. */
export function pictureOfText(text: string): Uint8Array {
  let h = 7;
  for (const c of text) h = (31 * h + c.charCodeAt(0)) % 65_521;
  const data = Uint8Array.from({ length: 3 * 64 }, (_, i) => (h * (1 + (i % 3))) % 256);
  return encode({ width: 8, height: 8, channels: 3, depth: 8, data });
}

/**
 * A local service of images that speaks the API of `imageEndpoint`.
 *
 * @param mishaps what befalls the first, the second ... request; undefined: an answer
 * @param draw picture of a prompt
 */
export async function imageServer(
  mishaps: readonly (Mishap | undefined)[] = [],
  draw: (prompt: string) => Uint8Array | Promise<Uint8Array> = pictureOfText,
) {
  const seen: Seen[] = [];
  const server = createServer(async (request, response) => {
    let text = "";
    for await (const chunk of request) text += chunk;
    const body = text === "" ? {} : JSON.parse(text);
    const mishap = mishaps[seen.length];
    seen.push({ path: request.url ?? "", authorization: request.headers.authorization, body });
    if (mishap !== undefined) return mishap(response, request);
    const isGet = request.method === "GET";
    const picture = await draw(isGet ? decodeURIComponent(request.url?.slice(1) ?? "") : body.prompt);
    if (isGet) return response.end(picture);
    const base64 = Buffer.from(picture).toString("base64");
    response.end(JSON.stringify({ data: [{ b64_json: base64 }] }));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    seen,
    close: (): Promise<void> => {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}

/** An answer with a status, and what it says. */
export const answers =
  (status: number, body: unknown, headers: Record<string, string> = {}): Mishap =>
  (response) => {
    response.writeHead(status, headers);
    response.end(typeof body === "string" ? body : JSON.stringify(body));
  };

/** Cuts the connection, behind half an answer where that is said. */
export const cuts =
  (behindHalf = false): Mishap =>
  (response, request) => {
    if (!behindHalf) request.socket.destroy();
    else {
      response.writeHead(200, { "content-length": "1000" });
      response.write('{"data":', () => request.socket.destroy());
    }
  };

/** Never answers. */
export const hangs: Mishap = () => {};
