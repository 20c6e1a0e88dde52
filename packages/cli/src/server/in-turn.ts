import type { RequestListener } from "node:http";
import type { Socket } from "node:net";

/**
 * Answers the requests of a connection one after the other. Node hands over all that a client has sent at once, so that one connection could
 * have thousands of files opened and bodies read at a time.
 */
export function inTurn(listener: RequestListener): RequestListener {
  const last = new WeakMap<Socket, Promise<void>>();
  return (request, response) => {
    const { socket } = request;
    const before = last.get(socket);
    last.set(socket, new Promise((resolve) => void response.once("close", resolve)));
    if (before === undefined) listener(request, response);
    else
      before.then(() => {
        if (!socket.destroyed) listener(request, response);
      });
  };
}
