import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ROOT, scratchFolder } from '../cli/wcache.js';

/** Runs what Debian's package does after its removal, on a system in a folder with these files below its root. */
function postrm(step: string, files: Readonly<Record<string, string>>) {
  const root = scratchFolder();
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, name)), { recursive: true });
    writeFileSync(join(root, name), text);
  }
  const { status, stdout, stderr } = spawnSync('sh', [join(ROOT, 'bin/debian/postrm'), step], {
    encoding: 'utf8',
    env: { PATH: process.env['PATH'], DPKG_ROOT: root },
  });
  expect([status, stdout]).toEqual([0, '']);
  const left = Object.keys(files).filter((name) => existsSync(join(root, name)));
  return { root, left, stderr, isGone: !existsSync(join(root, 'var/lib/wcache')) };
}

const STATE = 'var/lib/wcache';
const CERTIFICATE = { [`${STATE}/removals/wc-0123-20261123T000000000Z.certificate.json`]: '{}\n' };
const removed = { at: '2026-11-23T00:00:00.000Z', certificate: null };
const pair = (more: object): string =>
  `${JSON.stringify({ format: 1, name: 'removed', ...more }, null, 2)}\n`;
const DONE = { [`${STATE}/pairs/WCACHE-00.json`]: pair({ removed }) };

describe("the end of Debian's package", () => {
  it('leaves no record where every cache was removed', () => {
    for (const files of [{}, CERTIFICATE, { ...CERTIFICATE, ...DONE }]) {
      expect(postrm('purge', files)).toMatchObject({ left: [], stderr: '', isGone: true });
    }
  });

  it.each([
    ['a removal that was begun and not finished', `${STATE}/removals/wc-0123.journal`, '{}\n'],
    [
      'the copy of a superblock that was wiped',
      `${STATE}/removals/wc-0123-20261123T000000000Z.superblock`,
      '',
    ],
    ['a cache that was not removed', `${STATE}/pairs/WCACHE-01.json`, pair({ used: true })],
  ])('keeps what tells of %s, and says so', (what, name, text) => {
    const files = { ...CERTIFICATE, ...DONE, [name]: text };
    const { root, left, stderr } = postrm('purge', files);
    expect(left).toEqual(Object.keys(files));
    expect(stderr).toBe(`wcache: ${root}/${STATE} stays, as it tells of ${what} (${root}/${name}).\n`);
  });

  it('takes away kept code, links to its units, and nothing under /run', () => {
    const code = 'var/cache/wcache/wcache.cjs.v20.0.0.code';
    const unit = 'etc/systemd/system/timers.target.wants/wcache-metrics.timer';
    const files = { [code]: '', [unit]: '', 'run/wcache/lock': '' };
    expect(postrm('remove', files).left).toEqual([unit, 'run/wcache/lock']);
    expect(postrm('purge', files).left).toEqual(['run/wcache/lock']);
    expect(postrm('upgrade', { ...files, ...CERTIFICATE }).left).toHaveLength(4);
  });
});
