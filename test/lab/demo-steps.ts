/** One thing an operator does, and why. */
export interface DemoStep {
  readonly why: string;
  readonly command: string;
  /** Exit status that the command must have; 0 unless told. */
  readonly status?: number;
}

const CREATE = 'wcache create wc --origin /dev/ubda --cache /dev/ubdb';

const onFiles: readonly DemoStep[] = [
  { why: 'What would 100 GiB of SSD hold?', command: 'wcache size --cache 100G --block-size 4096' },
  { why: 'A blank image of a cache device, formatted.', command: 'truncate -s 32M cache.img' },
  {
    why: 'Nothing is written before you agree.',
    command: 'wcache format cache.img --block-size 4096 --dry-run',
  },
  { why: '', command: 'wcache format cache.img --block-size 4096 --yes' },
  { why: 'What does its metadata say?', command: 'wcache inspect cache.img' },
  { why: 'And what would a kernel do with it?', command: 'wcache check cache.img' },
];

const MOUNT = 'mkdir -p /tmp/db && mount -o noinit_itable /dev/mapper/wc /tmp/db';

const beforePowerCut: readonly DemoStep[] = [
  { why: 'The slow disk has a file system.', command: 'mkfs.ext4 -q -b 4096 /dev/ubda' },
  { why: 'What will the fast disk hold?', command: 'wcache size /dev/ubdb --block-size 4096' },
  {
    why: 'What would be done to put it in front of the slow disk? Nothing is, yet.',
    command: `${CREATE} --dry-run`,
  },
  {
    why: 'The kernel formats the blank disk; table and status are read back.',
    command: `${CREATE} --high-watermark 60`,
  },
  {
    why: 'A database writes like this: small pieces, each one synced.',
    command: `${MOUNT} && for i in $(seq 100); do dd if=/dev/urandom of=/tmp/db/log bs=4k count=1 seek=$((i * 7)) conv=notrunc,fsync status=none; done; sync`,
  },
  { why: '', command: 'sha256sum /tmp/db/log' },
  { why: 'How is it doing?', command: 'wcache status wc' },
  { why: 'What is only in the cache now?', command: 'wcache inspect /dev/ubdb' },
  { why: 'Where would the slow disk alone show old data?', command: 'wcache inspect /dev/ubdb --map' },
  {
    why: 'Write back earlier from now on; applications go on meanwhile.',
    command: 'wcache set wc high-watermark=40 low-watermark=30',
  },
];

const afterPowerCut: readonly DemoStep[] = [
  {
    why: 'Before anything is activated: is the cache usable, what will the kernel do, what is at stake?',
    command: 'wcache check /dev/ubdb --origin /dev/ubda',
  },
  {
    why: "Is sector 2, the file system's superblock, in the cache?",
    command: 'wcache inspect /dev/ubdb --at 2',
  },
  {
    why: 'To format it again would lose all that, so it is refused (exit status 5).',
    command: 'wcache format /dev/ubdb --block-size 4096 --yes',
    status: 5,
  },
  {
    why: 'So is using it for whatever disk comes along (5): its blocks belong to one origin.',
    command: CREATE,
    status: 5,
  },
  {
    why: 'Attached to its own origin, the kernel does what was foretold, and what was synced is there.',
    command: `${CREATE} --attach`,
  },
  { why: '', command: `${MOUNT} && sha256sum /tmp/db/log && umount /tmp/db` },
  {
    why: 'Take the fast disk off, with nothing left behind: every step, and what it proved.',
    command: 'wcache remove wc',
  },
  {
    why: 'Do the two disks say so by themselves?',
    command: 'wcache verify /dev/ubdb /dev/ubda',
  },
  {
    why: 'The slow disk alone has it all.',
    command: 'mount -o ro /dev/ubda /tmp/db && sha256sum /tmp/db/log && umount /tmp/db',
  },
];

export const demonstrate = { onFiles, beforePowerCut, afterPowerCut };
