/** The part of fs-native-extensions (no types of its own) that locks files; true where the lock was granted. */
declare module "fs-native-extensions" {
  export function tryLock(
    fd: number,
    offset?: number,
    length?: number,
    options?: { shared?: boolean },
  ): boolean;
  export function tryDowngradeLock(fd: number, offset?: number, length?: number): boolean;
  export function tryUpgradeLock(fd: number, offset?: number, length?: number): boolean;
}
