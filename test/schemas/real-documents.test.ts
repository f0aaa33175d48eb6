import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import type { DocumentName } from '../../src/documents/index.js';
import { DIRTY, writeImage } from '../cli/images.js';
import { scratchFolder, wcache } from '../cli/wcache.js';
import { Rig } from '../crosscheck/rig.js';
import { madeIn } from './makers.js';
import { checkPrinted } from './printed.js';

const made = new Set<DocumentName>();

/** Which document a command printed, which fits the schema that is published for it. */
async function document(...words: string[]): Promise<DocumentName | undefined> {
  const [name, ...more] = checkPrinted([...words, '--json'], await wcache([...words, '--json']));
  expect(more).toEqual([]);
  if (name !== undefined) made.add(name);
  return name;
}

it('of an image are as published', async () => {
  const image = writeImage(scratchFolder(), DIRTY);
  expect(await document('inspect', image)).toBe('inspect');
  expect(await document('inspect', image, '--entries')).toBe('entries');
  expect(await document('inspect', image, '--at', '800')).toBe('sector');
  expect(await document('inspect', image, '--map')).toBe('map');
  expect(await document('check', image)).toBe('check');
  expect(await document('check', image, '--block-size', '512')).toBe('check');
  expect(await document('size', image)).toBe('size');
  const blank = join(scratchFolder(), 'blank');
  writeFileSync(blank, new Uint8Array(1 << 20));
  expect(await document('inspect', blank)).toBe('inspect');
  expect(await document('check', blank)).toBe('check');
  expect(await document('format', blank, '--block-size', '4096', '--dry-run')).toBe('format');
  expect(await document('format', blank, '--block-size', '4096', '--yes')).toBe('format');
  expect(await document('format', blank, '--zero', '--yes')).toBe('format');
});

it('of evidence and a certificate are as published', async () => {
  const folder = scratchFolder();
  const rig = new Rig({ nBlocks: 16 });
  for (let block = 0; block < 5; block += 1) rig.write(block * 4, 100 + block);
  rig.commit();
  const [cache, origin, evidence] = ['cache', 'origin', 'evidence'].map((name) => join(folder, name)) as [
    ...[string, string, string],
  ];
  writeFileSync(cache, rig.cache.bytes);
  writeFileSync(origin, rig.origin.bytes);
  expect(await document('verify', cache, '--save', evidence)).toBe('evidence');
  // Not written back: every block is a problem, with examples.
  expect(await document('verify', cache, origin, '--evidence', evidence)).toBe('verify');
  rig.remove();
  writeFileSync(cache, rig.cache.bytes);
  writeFileSync(origin, rig.origin.bytes);
  expect(await document('verify', cache, origin, '--evidence', evidence)).toBe('verify');
  expect(await document('verify', cache, origin)).toBe('verify');
});

it('of a simulation are as published', async () => {
  const work = join(scratchFolder(), 'work');
  writeFileSync(work, 'random write 0..8MiB block 4K rate 500/s for 2s\n');
  expect(await document('simulate', work, '--cache', '1MiB,4MiB', '--max-age', '1s')).toBe('simulate');
});

it('of everything that needs no device are as published', async () => {
  expect(await document('help')).toBe('help');
  expect(await document('help', 'size')).toBe('help');
  expect(await document('doctor')).toBe('doctor');
  expect(await document('completion', 'bash')).toBe('completion');
  const line = '0 8192 writecache s /dev/sda /dev/nvme0n1 4096 2 high_watermark 60';
  expect(await document('table', '--validate', line)).toBe('table');
  expect(await document('table', '--validate', 's /dev/sda /dev/sda 4096 1 bogus extra')).toBe('table');
  expect(await document('size', '--cache', '64PiB')).toBe('size');
  expect(await document('inspect', '/nonexistent')).toBe('error');
  expect(await document('nope')).toBe('error');
});

it('have been all that need no kernel', () => {
  expect([...made].sort()).toEqual(madeIn('here').sort());
});
