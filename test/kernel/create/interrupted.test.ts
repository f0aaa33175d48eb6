import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { Bench, documentOf, failureOf } from './bench.js';

let bench: Bench;

beforeAll(async () => {
  bench = await Bench.start({ kernel: 'uml-6.1', label: 'create: two at once, and killed' });
});
afterEach(() => bench.cleanUp());
afterAll(() => bench.end());

const PAIR = '--origin $O --cache $C';
const KILLED = '137';

/** A dmsetup that stops before it creates anything, until it is let go: what two creates at once meet, without a race. */
const HALTING_DMSETUP = `mkdir -p /tmp/bin && cat > /tmp/bin/dmsetup <<'END' && chmod +x /tmp/bin/dmsetup
#!/bin/sh
case " $* " in *" create "*)
  touch /run/halted
  while test ! -e /run/go; do sleep 0.1; done ;;
esac
exec /usr/sbin/dmsetup "$@"
END`;

describe('while a create is under way', () => {
  it('no other gets the name, the origin or the cache; then it is done as if alone', async () => {
    const { name, origin, cache, same, first, table } = await bench.run({
      make: `fresh && P=$(new_device /tmp/origin2 4M) && D=$(new_device /tmp/cache2 1M) && ${HALTING_DMSETUP}`,
      start: `rm -f /run/halted /run/go
        (PATH=/tmp/bin:$PATH wcache_process create wc ${PAIR} --json >/run/first 2>/run/first-talk; echo $? >/run/first-status) &
        while test ! -e /run/halted; do sleep 0.1; done`,
      name: 'wcache create wc --origin $P --cache $D --json',
      origin: 'wcache create other --origin $O --cache $D --json',
      cache: 'wcache create other --origin $P --cache $C --json',
      same: `wcache create wc ${PAIR} --json`,
      go: 'touch /run/go; while test ! -s /run/first-status; do sleep 0.1; done',
      first: 'wcache_first() { cat /run/first; return $(cat /run/first-status); }; wcache_first',
      table: 'dmsetup table && get $P && get $D',
    });
    for (const other of [name, origin, cache, same]) {
      expect(failureOf(other)).toMatchObject({ status: 5, code: 'locked' });
    }
    const document = documentOf(first);
    expect(document).toMatchObject({ done: true, changed: true });
    expect(table.stdout).toBe(`wc: 0 8192 writecache ${document.table}\n${`${'.'.repeat(64)}\n`.repeat(2)}`);
  });
});

describe('several creates at once', () => {
  it.each([
    ['of the same devices under other names', ['one', 'two']],
    ['of the same devices under the same name', ['wc', 'wc']],
  ])('%s: one is done, no other does anything, and the data is intact', async (_what, names) => {
    const starts = names.map(
      (name, index) =>
        `(wcache_process create ${name} ${PAIR} --attach --json >/run/made${String(index)} 2>/run/talk${String(index)}; echo $? >/run/status${String(index)}) &`,
    );
    const reads = names.map((_name, index) => [
      `made${String(index)}`,
      `wcache_made() { cat /run/made${String(index)}; return $(cat /run/status${String(index)}); }; wcache_made`,
    ]);
    const { data, table, ...made } = await bench.run({
      make: 'fresh && dirty',
      start: `${starts.join('\n')} wait`,
      ...(Object.fromEntries(reads) as Record<string, string>),
      table: 'dmsetup table',
      data: 'get /dev/mapper/$(dmsetup ls | cut -f1)',
    });
    const results = Object.entries(made).filter(([name]) => name.startsWith('made'));
    const changed = results.filter(
      ([, { status, stdout }]) => status === 0 && documentOf({ status, stdout, stderr: '' }).changed,
    );
    expect(changed).toHaveLength(1);
    for (const [, result] of results.filter((each) => !changed.includes(each))) {
      if (result.status === 0) expect(documentOf(result)).toMatchObject({ changed: false });
      else expect(['locked', 'device-in-use', 'mapping-exists']).toContain(failureOf(result).code);
    }
    expect(table.stdout.trim().split('\n')).toHaveLength(1);
    expect(data.stdout).toBe(`aca${'.'.repeat(47)}b${'.'.repeat(13)}\n`);
  });
});

/** Kills a create at each place; each time the same create again must finish the job, and `look` must see what it should. */
async function expectFinished(options: {
  readonly make: string;
  readonly words: string;
  readonly again: string;
  readonly places: readonly string[];
  readonly look: string;
  readonly sees: string;
}): Promise<void> {
  for (const place of options.places) {
    const { killed, again, look, records } = await bench.run({
      make: options.make,
      killed: `"$NODE" $PROJECT/dist/test/kernel/create/interrupted-create.js $O $C ${place} ${options.words}; echo $?`,
      again: `wcache create wc ${PAIR} ${options.again} --json`,
      records: 'ls /var/lib/wcache/pairs || true',
      look: options.look,
      clean: 'clean_up',
    });
    expect(killed.stdout, place).toBe(`${KILLED}\n`);
    const document = documentOf(again);
    expect(document, place).toMatchObject({ done: true, block_size: 4096 });
    expect(records.stdout, place).toBe(`${document.uuid}.json\n`);
    expect(look.stdout, place).toBe(options.sees);
  }
}

describe('killed at any step, the same create again finishes the job', () => {
  it('of a dirty cache, whose data is all there', async () => {
    await expectFinished({
      make: 'fresh && dirty',
      ...{ words: 'attach', again: '--attach' },
      places: ['create:begins', 'create:done'],
      look: 'get /dev/mapper/wc && written_back && get $O',
      sees: `aca${'.'.repeat(47)}b${'.'.repeat(13)}\n`.repeat(2),
    });
  });

  it('of a clean cache that is formatted anew', async () => {
    await expectFinished({
      // 512 MiB have 2 MiB of metadata.
      make: 'fresh 4M 512M && dirty && raw && written_back',
      ...{ words: 'format', again: '--format --yes' },
      places: ['format:1', 'format:2', 'format:done'],
      look: "dmsetup status wc | cut -d' ' -f4-6 && get /dev/mapper/wc",
      sees: `0 130561 130561\naca${'.'.repeat(47)}b${'.'.repeat(13)}\n`,
    });
  });

  it('of a cache with two identical entries', async () => {
    const entry = String.raw`\070\000\000\000\000\000\000\000\001\000\000\000\000\000\000\000`;
    await expectFinished({
      make: `fresh && raw && put a 9 && sync /dev/mapper/wc && put a 7 && sync /dev/mapper/wc && put b 8 && sync /dev/mapper/wc && dmsetup remove wc &&
        printf '${entry}${entry}' | dd of=/tmp/cache bs=1 seek=80 conv=notrunc status=none`,
      ...{ words: 'attach identical-entries', again: '--attach --override identical-entries' },
      places: ['create:done', 'create:begins:2'],
      look: "get /dev/mapper/wc && dmsetup status wc | cut -d' ' -f4-6",
      sees: `${'.'.repeat(7)}b.a${'.'.repeat(54)}\n0 254 252\n`,
    });
  });

  it('where dmsetup itself had only begun', async () => {
    const { again, table } = await bench.run({
      make: `fresh && dirty && dmsetup create wc --uuid WCACHE-${'0'.repeat(32)} --notable`,
      again: `wcache create wc ${PAIR} --attach --json`,
      table: 'dmsetup table wc',
    });
    const document = documentOf(again);
    expect(document.commands).toHaveLength(2);
    expect(document.commands[0]).toMatch(/ remove --retry -- wc$/);
    expect(table.stdout).toBe(`0 8192 writecache ${document.table}\n`);
  });
});
