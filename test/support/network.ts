import { execFileSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { networkInterfaces } from "node:os";
import { atTheEnd } from "./at-the-end.ts";

/** A "machine" of its own network, on a wire to this one. */
export interface Machine {
  address: string;
  /** What starts a command on it: `start(args, { within: machine.within })`. */
  within: readonly string[];
  /** Whatever is sent from now on, either way, is lost without a word. */
  cut(): void;
  /** The wire is whole again. */
  restore(): void;
}

/** Two machines and this one on a switch. */
export interface Network extends AsyncDisposable {
  /** The address of this machine, on which a server of both listens. */
  address: string;
  network: string;
  machines: [Machine, Machine];
}

function ip(...args: string[]): void {
  execFileSync("ip", args, { stdio: ["ignore", "ignore", "pipe"] });
}

function whyNot(): string {
  if (process.getuid?.() !== 0) return "network namespaces need root";
  const name = `mm${randomBytes(4).toString("hex")}`;
  try {
    ip("netns", "add", name);
    ip("-n", name, "link", "add", "name", "switch", "type", "bridge");
    ip("netns", "del", name);
    return "";
  } catch {
    return "ip can't make network namespaces";
  }
}

const reason = whyNot();
if (reason !== "") console.warn(`${reason}: tests with a network of their own are left out`);

/** Why tests with machines in a network are skipped, for their names; empty where there can be some. */
export const noNamespaces = reason === "" ? "" : ` (skipped: ${reason})`;

/** Whether `makeNetwork` works here. */
export function hasNamespaces(): boolean {
  return reason === "";
}

/** Two machines in network namespaces of Linux; all is gone, their processes, too, once it is disposed of or this process ends. */
export function makeNetwork(): Network {
  const bytes = randomBytes(4);
  const id = bytes.toString("hex");
  const subnet = freeSubnet(bytes[0]);
  const hardware = (place: number): string =>
    ["02", ...[...bytes, place].map((byte) => byte.toString(16).padStart(2, "0"))].join(":");
  const [bridge, address] = [`mm${id}`, `${subnet}.1`];
  const sides = ["a", "b"].map((side, i) => ({
    namespace: `minimand-${id}-${side}`,
    wire: `mm${id}${side}`,
    address: `${subnet}.${i + 2}`,
    mac: hardware(i + 2),
  }));
  const script = `
    for side in a b; do
      ip netns pids "minimand-$1-$side" | xargs -r kill -KILL
      ip netns del "minimand-$1-$side"
      ip link del "mm$1$side"
    done
    ip link del "mm$1"`;
  const remove = atTheEnd(script, [id]);
  // Of a fixed address, which otherwise changes with its ports.
  ip("link", "add", "name", bridge, "address", hardware(1), "type", "bridge");
  ip("addr", "add", `${address}/24`, "dev", bridge);
  ip("link", "set", bridge, "up");
  const machines = sides.map(({ namespace, wire, address: own, mac }): Machine => {
    ip("netns", "add", namespace);
    ip(
      "link",
      "add",
      "name",
      wire,
      "type",
      "veth",
      "peer",
      "name",
      "wire",
      "address",
      mac,
      "netns",
      namespace,
    );
    ip("-n", namespace, "addr", "add", `${own}/24`, "dev", "wire");
    for (const device of ["lo", "wire"]) ip("-n", namespace, "link", "set", device, "up");
    // Each knows the other for good: a cut wire is silence, and not an unreachable host.
    ip("-n", namespace, "neigh", "add", address, "lladdr", hardware(1), "dev", "wire", "nud", "permanent");
    ip("neigh", "add", own, "lladdr", mac, "dev", bridge, "nud", "permanent");
    // Out of the switch, but up.
    const cut = (): void => ip("link", "set", wire, "nomaster");
    const restore = (): void => ip("link", "set", wire, "master", bridge);
    ip("link", "set", wire, "up");
    restore();
    return { address: own, within: ["ip", "netns", "exec", namespace], cut, restore };
  });
  return {
    address,
    network: `${subnet}.0/24`,
    machines: [machines[0], machines[1]],
    [Symbol.asyncDispose]: remove,
  };
}

/** A network that this machine isn't in, of those set aside for measurements (RFC 2544). */
function freeSubnet(from: number): string {
  const taken = Object.values(networkInterfaces()).flatMap((all = []) => all.map((one) => one.address));
  for (let i = from; ; i++) {
    const subnet = `198.18.${i % 256}`;
    if (!taken.some((one) => one.startsWith(`${subnet}.`))) return subnet;
  }
}
