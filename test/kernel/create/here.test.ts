import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { Bench, documentOf, failureOf } from './bench.js';

let bench: Bench;

beforeAll(async () => {
  bench = await Bench.start({ kernel: 'uml-6.1', label: 'create: what a machine lacks' });
});
afterEach(() => bench.cleanUp());
afterAll(() => bench.end());

const PAIR = '--origin $O --cache $C';
const WITHOUT_TARGET = 'rmmod dm_writecache';
const isLoaded = (module: string): string => `grep -c '^${module} ' /proc/modules || true`;

describe('create on a machine', () => {
  it('without root says so, and touches nothing', async () => {
    const { before, refused, after } = await bench.run({
      make: 'fresh',
      before: 'state',
      refused:
        `wcache_as_nobody() { setpriv --reuid 65534 --regid 65534 --clear-groups "$NODE" "$PROJECT/bin/wcache.cjs" "$@"; }; wcache_as_nobody create wc ${PAIR} --json`.replace(
          /^/,
          'wcache_nothing() { :; }; ',
        ),
      after: 'state',
    });
    expect(failureOf(refused)).toMatchObject({ status: 3, code: 'no-root' });
    expect(after.stdout).toBe(before.stdout);
  });

  it('without the target loads it, but not for --dry-run', async () => {
    const { dry, still, create, loaded } = await bench.run({
      make: `fresh && ${WITHOUT_TARGET}`,
      dry: `wcache create wc ${PAIR} --dry-run --json`,
      still: isLoaded('dm_writecache'),
      create: `wcache create wc ${PAIR} --json`,
      loaded: isLoaded('dm_writecache'),
    });
    expect(documentOf(dry)).toMatchObject({ done: false, total_blocks: 254 });
    expect(still.stdout).toBe('0\n');
    expect(documentOf(create)).toMatchObject({ done: true });
    expect(loaded.stdout).toBe('1\n');
  });

  it('without device-mapper loads that too', async () => {
    const { create } = await bench.run({
      make: `fresh && ${WITHOUT_TARGET} && rmmod dm_bufio && rmmod dm_mod`,
      create: `wcache create wc ${PAIR} --json`,
    });
    expect(documentOf(create)).toMatchObject({ done: true });
  });

  it('that cannot load the target says what modprobe said, and touches nothing', async () => {
    const { before, refused, after } = await bench.run({
      make: `fresh && ${WITHOUT_TARGET}`,
      before: 'state',
      refused: `wcache_without_modules() { MODPROBE_OPTIONS='-d /nowhere' wcache_process "$@"; }; wcache_without_modules create wc ${PAIR} --json`,
      after: 'state',
      restore: 'modprobe dm-writecache',
    });
    const { status, code, message } = failureOf(refused);
    expect({ status, code }).toEqual({ status: 3, code: 'no-target' });
    expect(message).toMatch(/dm-writecache/);
    expect(after.stdout).toBe(before.stdout);
  });

  it.each(['dmsetup', 'wipefs', 'flock'])('without %s says so, and touches nothing', async (program) => {
    // The folders of programs as they are, but for this one.
    const folder = program === 'flock' ? '/usr/bin' : '/usr/sbin';
    const without = `mkdir -p /tmp/programs && ln -sf /run/lab/host${folder}/* /tmp/programs && rm /tmp/programs/${program}`;
    const { before, refused, after } = await bench.run({
      make: `fresh && rm -rf /tmp/programs && ${without}`,
      before: 'state',
      refused: `wcache_without() { unshare --mount sh -c 'mount --bind /tmp/programs ${folder} && exec "$@"' sh "$NODE" "$PROJECT/bin/wcache.cjs" "$@"; }; wcache_without create wc ${PAIR} --json`,
      after: 'state',
    });
    const { status, code, message } = failureOf(refused);
    expect({ status, code }).toEqual({ status: 3, code: 'program-missing' });
    expect(message).toContain(`The program ${program} is not installed`);
    expect(after.stdout).toBe(before.stdout);
  });
});
