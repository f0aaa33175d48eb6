/**
 * Who maintains the package, as Debian's tools are told it; else an address that is nobody's.
 *
 * @param {Readonly<Record<string, string | undefined>>} environment
 */
export function maintainer({ DEBFULLNAME, DEBEMAIL }) {
  return `${DEBFULLNAME || 'The wcache authors'} <${DEBEMAIL || 'wcache@example.org'}>`;
}

/**
 * DEBIAN/control. wcache needs of dmsetup what it has had for longer than there are writecaches; Node's own version is
 * that of package.json.
 *
 * @param {{ version: string, owner: string, installedKiB: number }} facts
 */
export function controlFile({ version, owner, installedKiB }) {
  return `Package: wcache
Version: ${version}
Architecture: all
Multi-Arch: foreign
Maintainer: ${owner}
Installed-Size: ${String(installedKiB)}
Depends: nodejs (>= 20.19), dmsetup
Suggests: prometheus-node-exporter
Section: admin
Priority: optional
Description: toolkit for the device-mapper writecache target
 The writecache target of the Linux kernel caches writes to a slow disk on an
 SSD or in persistent memory. wcache drives it safely:
 .
  * it creates, watches, tunes, recovers and removes live caches, with the steps
    shown before, undone where one fails, and the result proved afterwards;
  * it reads, checks and writes what is on a cache device, which to everything
    else looks like an empty disk;
  * it simulates a workload to tell which cache to buy;
  * it tells Prometheus how all caches are doing.
 .
 Images and devices that can be read need no root. The systemd units for
 Prometheus are installed and not enabled.
`;
}
