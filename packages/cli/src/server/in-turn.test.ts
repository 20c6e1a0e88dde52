import { once } from "node:events";
import { createServer, type RequestListener, type Server } from "node:http";
import { type AddressInfo, connect, type Socket } from "node:net";
import { afterEach, describe, expect, it } from "vitest";
import { inTurn } from "./in-turn.ts";

const ask = "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n";
const lastAsk = ask.replace("\r\n\r\n", "\r\nConnection: close\r\n\r\n");

let server: Server | undefined;
const clients: Socket[] = [];
afterEach(() => {
  for (const client of clients.splice(0)) client.destroy();
  server?.closeAllConnections();
  server?.close();
});

async function serve(listener: RequestListener): Promise<Server> {
  server = createServer(inTurn(listener)).listen(0, "127.0.0.1");
  await once(server, "listening");
  return server;
}

function client(of: Server): Socket {
  const socket = connect((of.address() as AddressInfo).port, "127.0.0.1").setEncoding("utf8");
  // A connection that the server ends may be reset.
  socket.on("error", () => {});
  clients.push(socket);
  return socket;
}

async function textOf(socket: Socket): Promise<string> {
  let text = "";
  socket.on("data", (part: string) => {
    text += part;
  });
  await once(socket, "close");
  return text;
}

describe("requests in turn", () => {
  it("answers a client that sends 33 requests at once, and again as many when it has the answers", async () => {
    const listening = await serve((_, response) => void setTimeout(() => response.end("answer"), 1));
    const many = client(listening);
    many.write(ask.repeat(33));
    let text = "";
    for await (const part of many.iterator({ destroyOnReturn: false })) {
      text += part;
      if (text.split("answer").length > 33) break;
    }
    many.write(ask.repeat(32) + lastAsk);
    expect((await textOf(many)).split("answer")).toHaveLength(34);
  });

  it("ends a connection that sends thousands of requests and reads no answer", async () => {
    let [asked, handed] = [0, 0];
    const listening = await serve((request, response) => {
      if (request.url === "/other") response.end("answer");
      else handed++;
    });
    listening.prependListener("request", ({ socket }) => {
      if (!socket.destroyed) asked++;
    });
    const connected = once(listening, "connection") as Promise<[Socket]>;
    const flood = client(listening);
    flood.pause();
    flood.write(ask.repeat(5000));
    const [socket] = await connected;
    await once(socket, "close");
    expect([asked, handed]).toEqual([34, 1]);
    const other = client(listening);
    other.write(lastAsk.replace("/", "/other"));
    expect(await textOf(other)).toMatch(/^HTTP\/1\.1 200 OK\r\n.*answer$/s);
  }, 30_000);
});
