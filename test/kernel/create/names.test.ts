import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { mangleName } from '../../../src/device/dm-names.js';
import { Bench, documentOf, expectRefusals } from './bench.js';

let bench: Bench;

beforeAll(async () => {
  bench = await Bench.start({ kernel: 'uml-6.1', label: 'create: names' });
});
afterEach(() => bench.cleanUp());
afterAll(() => bench.end());

const quote = (text: string): string => `'${text.replaceAll("'", String.raw`'\''`)}'`;

/** Every character that can be typed and that dmsetup writes in another form; the slash alone is no part of a name. */
const ODD = ' !"$%&\'()*,;<>?[\\]^`{|}~';

/** Each byte that is no plain letter takes the kernel four, and it has room for 127. */
const LONGEST = `größe-日本-${'n'.repeat(127 - mangleName('größe-日本-').length)}`;

describe('a name', () => {
  it.each([
    ['of all odd characters that can be typed', `  --yes${ODD} `],
    ['of all others', 'AZaz09#+-.:=@_'],
    ['of letters beyond ASCII, as long as the kernel takes', LONGEST],
    ['as the kernel writes it', String.raw`my\x20data`],
  ])('%s is what dmsetup finds it by, and wcache', async (_what, name) => {
    const quoted = quote(name);
    const kernelName = name.includes(String.raw`\x20`) ? name : mangleName(name);
    const { create, kernel, status, again } = await bench.run({
      make: 'fresh',
      create: `wcache create ${quoted} --origin $O --cache $C --json`,
      kernel: 'dmsetup --manglename none info --columns --noheadings -o name',
      status: `dmsetup status ${quoted}`,
      node: `test -b ${quote(`/dev/mapper/${kernelName}`)}`,
      again: `wcache create ${quoted} --origin $O --cache $C --json`,
      remove: `dmsetup remove ${quoted}`,
    });
    expect(kernel.stdout).toBe(`${kernelName}\n`);
    expect(documentOf(create)).toMatchObject({ name, done: true, changed: true });
    expect(status.stdout).toContain(' writecache 0 254 254 ');
    expect(documentOf(again)).toMatchObject({ name, changed: false });
  });

  it('that dmsetup, its library or a shell would stumble over is refused', async () => {
    const pair = '--origin $O --cache $C';
    await expectRefusals(bench, 'fresh', [
      [`'' ${pair}`, 2, 'bad-name'],
      [`a/b ${pair}`, 2, 'bad-name'],
      [`/dev/mapper/wc ${pair}`, 2, 'bad-name'],
      [`. ${pair}`, 2, 'bad-name'],
      [`.. ${pair}`, 2, 'bad-name'],
      [`control ${pair}`, 2, 'bad-name'],
      [`"$(printf 'a\\nb')" ${pair}`, 2, 'bad-name'],
      [`"$(printf 'a\\tb')" ${pair}`, 2, 'bad-name'],
      [String.raw`'a\x20b c' ${pair}`, 2, 'bad-name'],
      [String.raw`'a\xyz' ${pair}`, 2, 'bad-name'],
      [`${'n'.repeat(128)} ${pair}`, 2, 'bad-name'],
      [`${'é'.repeat(16)} ${pair}`, 2, 'bad-name'],
      [`${pair} -- -x`, 2, 'bad-name'],
      [`-x ${pair}`, 2, 'usage'],
      [pair, 2, 'usage'],
    ]);
  });
});
