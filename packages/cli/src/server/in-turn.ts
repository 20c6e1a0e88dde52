import type { RequestListener } from "node:http";
import type { Socket } from "node:net";

/** Requests of a connection that may wait for the one that is being answered. */
const mostWaiting = 32;

/** The requests of a connection that are not answered yet. */
interface Turns {
  unanswered: number;
  /** Ends with the last request that has arrived. */
  last: Promise<void>;
}

/**
 * Answers the requests of a connection one after the other, and ends a connection on which more than 32 wait. Node passes on all
 * requests that a client sends at once, so that one connection could have thousands of files opened and bodies read at a time. Node
 * stops reading only where answers pile up. Requests that wait have none: a client that never reads could send them without end.
 */
export function inTurn(listener: RequestListener): RequestListener {
  const connections = new WeakMap<Socket, Turns>();
  return (request, response) => {
    const { socket } = request;
    // One read can hold a thousand more requests behind the one that ended the connection.
    if (socket.destroyed) return;
    const turns = connections.get(socket) ?? { unanswered: 0, last: Promise.resolve() };
    if (turns.unanswered > mostWaiting) {
      // A pause would come too late for what is already read.
      socket.destroy();
      return;
    }
    const before = turns.unanswered++ === 0 ? undefined : turns.last;
    turns.last = new Promise((resolve) => {
      response.once("close", () => {
        turns.unanswered--;
        resolve();
      });
    });
    connections.set(socket, turns);
    if (before === undefined) listener(request, response);
    else
      before.then(() => {
        if (!socket.destroyed) listener(request, response);
      });
  };
}
