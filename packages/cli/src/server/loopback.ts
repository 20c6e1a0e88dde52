import { BlockList, isIP } from "node:net";

const addresses = new BlockList();
addresses.addSubnet("127.0.0.0", 8, "ipv4");
addresses.addAddress("::1", "ipv6");

/**
 * Whether a host name of an address leads to this machine and nowhere else: `localhost`, 127.0.0.0/8, `::1` and IPv4 addresses written as
 * IPv6. `URL` has already normalised decimal, octal and hexadecimal spellings. Other names count as foreign, whatever they resolve to.
 */
export function isLoopback(hostname: string): boolean {
  const bare = hostname.replace(/^\[(.*)\]$/, "$1");
  const family = isIP(bare);
  return family === 0 ? bare.toLowerCase() === "localhost" : addresses.check(bare, `ipv${family as 4 | 6}`);
}
