import { describe, expect, it } from 'vitest';
import {
  doctorDocument,
  listDocument,
  liveTableDocument,
  statusDocument,
  tableDocument,
} from '../../src/documents/index.js';
import { NEWEST_TARGET_VERSION, kernelIdentity } from '../../src/table/index.js';
import { doctorText } from '../../src/ui/doctor.js';
import { listText } from '../../src/ui/list.js';
import { removalNotes, statusText, waitingNote } from '../../src/ui/status.js';
import { tableLineText } from '../../src/ui/table-line.js';
import {
  DEBIAN_12,
  LVM_UUID,
  healthyFacts,
  interruptedRemoval,
  liveCache,
  waitingCache,
  type CacheSketch,
} from '../procedure/live-caches.js';

const ROUND = { bytes: false };

/** Every text must fit a terminal, have no colour where there is none, and no blank at the end of a line. */
function fits(text: string): string {
  for (const line of text.split('\n')) {
    expect(line.length, line).toBeLessThanOrEqual(80);
    expect(line).toBe(line.trimEnd());
    expect(line).not.toMatch(/\p{Cc}/u);
  }
  return text;
}

function status(sketch: CacheSketch = {}, options = ROUND): string {
  return fits(statusText(statusDocument([liveCache(sketch)], DEBIAN_12), options));
}

describe('statusText', () => {
  it('is a screenful', () => {
    expect(status({ parameters: 's 254:0 254:16 4096 2 high_watermark 60' }).split('\n')).toEqual([
      'wc: active; writecache in ssd mode, 256 MiB',
      '',
      '  origin     /dev/vda (254:0)',
      '  cache      /dev/vdb (254:16)',
      '  blocks     8,160 of 4,096 bytes, 31.8 MiB',
      '  dirty      410 blocks, 1.6 MiB, 5.0%',
      '  free       7,750 blocks',
      '  writeback  0 blocks under way',
      '  starts at  4,896 dirty blocks (60%)',
      '  stops at   3,671 dirty blocks (45%, the default)',
      '  options    high_watermark 60',
      '',
      '  since it was loaded                count   rate',
      '  reads                                100',
      '    answered by the cache               40  40.0%',
      '  writes                               500',
      '    over uncommitted blocks             10   2.0%',
      '    over committed blocks               20   4.0%',
      '    into free blocks                   440  88.0%',
      '    around the cache, to the origin     30   6.0%',
      '  waits for a free block                 0',
      '  flushes                                7',
      '  discards                               1',
      '',
      'What cannot be known:',
      '  cleaner: if a message switched it on, neither table nor status shows it',
      '    (since target 1.4.0).',
      '  hits: in ssd mode a request for several blocks that are in the cache counts',
      '    as one hit, so the rates of hits can be too low.',
    ]);
  });

  it('says what the error flag means and what to do', () => {
    const text = status({ status: '1 100 60 0' + ' 0'.repeat(10) });
    expect(text).toMatch(/^wc: error; /);
    expect(text).toContain('state: error cache-error, wc');
    expect(text).toMatch(/action: Do not suspend and resume it/);
    expect(text.replaceAll(/\s+/g, ' ')).toContain('wcache recover wc');
    expect(text).toContain('40 blocks, 160 KiB, 40.0% (not reliable)');
  });

  it('says that it is suspended, also in error', () => {
    expect(status({ suspended: true })).toMatch(/^wc: suspended; /);
    expect(status({ suspended: true, status: '1 100 60 0' + ' 0'.repeat(10) })).toMatch(
      /^wc: error, suspended; /,
    );
  });

  it('has dashes where an old target counts nothing', () => {
    const text = status({ version: '1.4.0', status: '0 8160 7750 0' });
    expect(text).toMatch(/^ {2}reads +-$/m);
    expect(text).toMatch(/answered by the cache +- +-$/m);
    expect(text).toContain('target 1.4.0 counts no reads and writes');
  });

  it('has dashes for the rates of nothing', () => {
    expect(status({ status: '0 100 100 0' + ' 0'.repeat(10) })).toMatch(/answered by the cache +0 +-$/m);
  });

  it('gives exact bytes where they are asked for', () => {
    expect(status({}, { bytes: true })).toContain('410 blocks, 1679360 B, 5.0%');
  });

  it('shows all options, wrapped', () => {
    const options =
      'start_sector 8 high_watermark 60 low_watermark 55 writeback_jobs 10 autocommit_blocks 99 autocommit_time 5 max_age 900 metadata_only pause_writeback 0';
    const text = status({ parameters: `s 254:0 254:16 4096 17 ${options}` });
    expect(text.replaceAll(/\s+/g, ' ')).toContain(
      'options start_sector 8, high_watermark 60, low_watermark 55, writeback_jobs 10, autocommit_blocks 99, autocommit_time 5, max_age 900, metadata_only, pause_writeback 0',
    );
    expect(status({ parameters: 'p 254:0 259:0 4096 1 nofua' })).toMatch(/options +nofua$/m);
  });

  it('says that the cleaner writes everything back', () => {
    const text = status({ parameters: 's 254:0 254:16 4096 1 cleaner' });
    expect(text).toContain('the cleaner writes everything back');
  });

  it('names LVM’s volume, a device that is gone, and a name without what a terminal acts on', () => {
    expect(status({ name: 'vg-data', uuid: LVM_UUID })).toMatch(/^vg-data: active; .*, LVM's vg\/data$/m);
    expect(status({ originPath: null })).toContain('254:0, which is gone');
    const odd = { name: String.raw`a\x1b[31mb`, suspended: true };
    expect(status(odd)).toMatch(/^a\\x1b\[31mb: suspended/);
    expect(waitingNote({ name: 'a\u001bb' })).toContain('a\\x1bb has no status');
  });

  it('says of removals what is known of them, also where nothing has a status any more', () => {
    const removals = [interruptedRemoval('wc'), interruptedRemoval('other')];
    expect(removalNotes(removals)).toHaveLength(2);
    expect(removalNotes(removals, ['/dev/mapper/wc'])).toEqual([
      'note: wc: removal interrupted after step 2 (evidence); nothing is lost. To finish it: wcache remove wc. To take it back: wcache remove wc --undo',
    ]);
    expect(removalNotes(removals, [])).toEqual([]);
  });

  it('has a part for each cache, or says that there is none', () => {
    const both = statusDocument([liveCache(), liveCache({ name: 'two' })], DEBIAN_12);
    expect(fits(statusText(both, ROUND))).toMatch(/^two: active/m);
    expect(statusText([], ROUND)).toBe('There is no writecache on this machine.');
  });
});

describe('listText', () => {
  it('is a line for each', () => {
    const document = listDocument({
      live: [liveCache(), liveCache({ name: 'pm', parameters: 'p 254:0 259:0 512 0', suspended: true })],
      waiting: [waitingCache()],
    });
    const words = fits(listText(document, ROUND))
      .split('\n')
      .map((line) => line.split(/ {2,}/).join(' | '));
    expect(words).toEqual([
      'name | state | mode | block | size | dirty | origin | cache',
      'later | waiting | ssd | 4096 | 256 MiB | - | - | /dev/vda | /dev/vdb',
      'pm | suspended | pmem | 512 | 256 MiB | 5.0% | 205 KiB | /dev/vda | /dev/vdb',
      'wc | active | ssd | 4096 | 256 MiB | 5.0% | 1.6 MiB | /dev/vda | /dev/vdb',
    ]);
  });

  it('puts long names of devices below', () => {
    const live = [liveCache({ name: 'vg-data', uuid: LVM_UUID, originPath: '/dev/mapper/vg-data_wcorig' })];
    const text = fits(listText(listDocument({ live, waiting: [] }), ROUND));
    expect(text).toMatch(/^vg-data +active \(LVM\) /m);
    expect(text).toMatch(/^vg-data: \/dev\/vdb in front of \/dev\/mapper\/vg-data_wcorig$/m);
  });

  it('says that there is none', () => {
    expect(listText([], ROUND)).toBe('There is no writecache on this machine.');
  });
});

describe('tableLineText', () => {
  it('explains each word and ends with the verdict', () => {
    const cache = liveCache({ parameters: 's 254:0 254:16 4096 2 high_watermark 60' });
    const text = tableLineText(liveTableDocument(cache));
    const [line, ...rest] = text.split('\n');
    expect(line).toBe('wc: 0 524288 writecache s 254:0 254:16 4096 2 high_watermark 60');
    fits(rest.join('\n'));
    expect(text).toMatch(/^ {3}1 {2}s +ssd mode: /m);
    expect(text).toMatch(/^ {3}2 {2}254:0 +\/dev\/vda: the origin/m);
    expect(text).toContain('Valid for target 1.6.0.');
    expect(text).toContain('Not told by it: cleaner: ');
  });

  it('gives the kernel’s reason, the better sentence, and what wcache does not take either', () => {
    const refused = fits(tableLineText(tableDocument('s /dev/a /dev/b 4097 0', NEWEST_TARGET_VERSION)));
    expect(refused).toContain('error bad-block-size\n  Word 4 ("4097") is not a block size');
    expect(refused).toContain('refuses it: "Invalid block size".');
    const taken = fits(tableLineText(tableDocument('s /dev/a /dev/b 4096 0 junk', NEWEST_TARGET_VERSION)));
    expect(taken).toContain('error extra-words (wcache refuses this, the kernel does not)');
    expect(taken).toMatch(/^Invalid: the kernel \(target 1\.6\.0\) would take it/m);
  });

  it('gives a long word a line of its own', () => {
    const path = '/dev/disk/by-id/nvme-A_VERY_LONG_NAME_0001';
    const text = tableLineText(tableDocument(`s ${path} /dev/b 4096 0`, NEWEST_TARGET_VERSION));
    expect(text).toMatch(new RegExp(`^ {3}2 {2}${path}\n {28}the origin`, 'm'));
  });

  it('lets nothing through that a terminal would act on', () => {
    fits(tableLineText(tableDocument('s /dev/\u001b[31ma /dev/b 4096 0', NEWEST_TARGET_VERSION)));
  });
});

describe('doctorText', () => {
  it('says that nothing needs attention, and what to know of', () => {
    const text = fits(doctorText(doctorDocument(healthyFacts())));
    expect(text).toMatch(/^Nothing needs attention\. \d+ warnings to know of\.$/m);
    expect(text).toMatch(/^ {2}kernel +6\.1\.0-51-amd64 \(Debian's 6\.1\.192\)$/m);
    expect(text).toMatch(/^ {2}writecaches +wc \(active\)$/m);
    expect(text).toContain('   state: warning W2-fua-not-durable, kernel\n    what: ');
    expect(text).toMatch(/^ {3}proof: Seen on 6\.1\.192/m);
    expect(text).toMatch(/^ {2}W7-no-identity: Nothing ties a cache to its origin\.$/m);
  });

  it('begins with what needs attention', () => {
    const live = [liveCache({ suspended: true }), liveCache({ name: 'b', suspended: true })];
    const text = fits(doctorText(doctorDocument(healthyFacts({ caches: { live, waiting: [] } }))));
    expect(text).toMatch(/^2 things need attention\./);
    expect(text.indexOf('cache-suspended')).toBeLessThan(text.indexOf('W2-'));
  });

  it.each([
    ['without root', { root: false, deviceMapper: null, caches: null, targetVersion: null }],
    ['without anything', { dmsetup: { installed: false, library: null, driver: null }, deviceMapper: false }],
    ['with another kernel', { kernel: kernelIdentity('5.14.0-503.el9.x86_64', '#1 SMP') }],
    ['with no kernel that can be told', { kernel: kernelIdentity('weird', ''), targetVersion: null }],
    ['with many caches', { caches: { live: Array.from({ length: 9 }, () => liveCache()), waiting: [] } }],
    ['without a target', { module: 'missing' as const, targetVersion: null, udev: false }],
  ])('fits %s', (_, changes) => {
    fits(doctorText(doctorDocument(healthyFacts(changes))));
  });
});
