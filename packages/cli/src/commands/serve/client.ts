import { isIPv6 } from "node:net";
import { getConnInfo } from "@hono/node-server/conninfo";
import type { Context } from "hono";

/**
 * The client of a request, for counting: its address, or the last one that a proxy on this machine names. An IPv6 network is one
 * client.
 */
export function clientOf(c: Context): string {
  const peer = plain(c.env?.incoming === undefined ? "" : (getConnInfo(c).remote.address ?? ""));
  const local = peer === "" || peer === "::1" || peer.startsWith("127.");
  const named = local ? c.req.header("x-forwarded-for")?.split(",").at(-1)?.trim() : undefined;
  const address = named ? plain(named) : peer;
  return isIPv6(address) ? networkOf(address) : address;
}

const plain = (address: string): string => address.replace(/^::ffff:(?=\d+\.)/i, "");

/** The first four groups of an IPv6 address. */
function networkOf(address: string): string {
  const [head, tail] = address.toLowerCase().split("::");
  const groups = head === "" ? [] : head.split(":");
  const rest = tail === undefined || tail === "" ? [] : tail.split(":");
  const zeros =
    tail === undefined ? [] : Array<string>(Math.max(0, 8 - groups.length - rest.length)).fill("0");
  return [...groups, ...zeros, ...rest]
    .slice(0, 4)
    .map((group) => group.replace(/^0+(?=.)/, ""))
    .join(":");
}
