/** A regular file, or with no content a directory, of an archive. */
export interface ArchiveEntry {
  readonly path: string;
  readonly mode: number;
  readonly content?: Buffer;
}

const DIRECTORY = 0o040000;
const REGULAR = 0o100000;

/**
 * Makes a cpio archive ("newc", Documentation/driver-api/early-userspace/buffer-format.rst), the format of an
 * initramfs.
 */
export function cpioArchive(entries: readonly ArchiveEntry[]): Buffer {
  const members = entries.map((entry, index) => {
    const type = entry.content === undefined ? DIRECTORY : REGULAR;
    return member(index + 1, entry.path, type | entry.mode, entry.content ?? Buffer.alloc(0));
  });
  return Buffer.concat([...members, member(0, 'TRAILER!!!', 0, Buffer.alloc(0))]);
}

function member(inode: number, path: string, mode: number, content: Buffer): Buffer {
  const name = Buffer.from(`${path}\0`);
  const [user, group, links, time, major, minor, checksum] = [0, 0, 1, 0, 0, 0, 0];
  const fields = [
    inode,
    mode,
    user,
    group,
    links,
    time,
    content.length,
    major,
    minor,
    major,
    minor,
    name.length,
    checksum,
  ];
  const header = `070701${fields.map((field) => field.toString(16).padStart(8, '0')).join('')}`;
  return Buffer.concat([padded(Buffer.concat([Buffer.from(header), name])), padded(content)]);
}

function padded(bytes: Buffer): Buffer {
  return Buffer.concat([bytes, Buffer.alloc((4 - (bytes.length % 4)) % 4)]);
}
