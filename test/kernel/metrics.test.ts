import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { metricsDocumentSchema } from '../../src/documents/index.js';
import { COUNTER_NAMES } from '../../src/table/index.js';
import { promtool } from '../metrics/promtool.js';
import { readTextFormat, valueOf, type ReadFamily } from '../metrics/text-format.js';
import { Bench, LIVE, linear } from './live/bench.js';

let bench: Bench;

beforeAll(async () => {
  bench = await Bench.boot('uml-6.1');
});

afterAll(async () => {
  await bench.end();
});

/** Nothing is written back before it has to be. */
const LAZY = ['high_watermark', '60', 'low_watermark', '30'];
const IDLE = [...LAZY, 'autocommit_time', '3600000'];

/** How the metrics of the kernel's fields are called, in the order of its status line from the error flag on. */
const FIELDS = [
  'wcache_error',
  'wcache_blocks',
  'wcache_free_blocks',
  'wcache_writeback_blocks',
  ...COUNTER_NAMES.map((name) => {
    const kind = /^write_hits_(\w+)$/.exec(name)?.[1];
    return kind === undefined ? `wcache_${name}_total` : `wcache_write_hits_total ${kind}`;
  }),
];

async function metrics(): Promise<Map<string, ReadFamily>> {
  return readTextFormat(`${await bench.sh('wcache metrics')}\n`);
}

/** The fields of `dmsetup status` as the metrics tell them. */
function fieldsOf(families: ReadonlyMap<string, ReadFamily>, name: string): (number | undefined)[] {
  return FIELDS.map((field) => {
    const [metric = '', kind] = field.split(' ');
    return valueOf(families, metric, { name, ...(kind !== undefined && { kind }) });
  });
}

async function kernelFields(name: string): Promise<number[]> {
  const line = await bench.sh(`dmsetup status --noflush '${name}'`);
  return line.split(' ').slice(3).map(Number);
}

describe('metrics of a real kernel', () => {
  it('say that there is none, before there is one', async () => {
    const families = await metrics();
    expect(valueOf(families, 'wcache_up')).toBe(1);
    expect(valueOf(families, 'wcache_target_info', { version: '1.6.0' })).toBe(1);
    expect(families.has('wcache_cache_info')).toBe(false);
  });

  it('are its own numbers, while applications go on and when they rest', async () => {
    await bench.cache('busy', { options: LAZY });
    const told = await bench.sh(`
      ( while :; do fill /dev/mapper/busy a 0 120; dd if=/dev/mapper/busy of=/dev/null bs=4k count=30 iflag=direct status=none; sync /dev/mapper/busy; done ) >/dev/null 2>&1 &
      worker=$!
      until_so status_is busy "0 * * * [1-9]* [1-9]*"
      for i in 1 2 3; do
        dmsetup status --noflush busy; printf '\\036'
        wcache metrics; printf '\\036'
        dmsetup status --noflush busy; printf '\\037'
      done
      kill $worker; wait $worker || true`);
    const looks = told.split('\x1f').slice(0, -1);
    expect(looks).toHaveLength(3);
    for (const each of looks) {
      const [before = '', text = '', after = ''] = each.split('\x1e').map((part) => part.trim());
      const [least, most] = [before, after].map((line) => line.split(' ').slice(3).map(Number));
      const fields = fieldsOf(readTextFormat(`${text}\n`), 'busy');
      // The counters only grow.
      for (let field = 4; field < FIELDS.length; field++) {
        expect([FIELDS[field], (fields[field] ?? NaN) >= (least?.[field] ?? 0)]).toEqual([
          FIELDS[field],
          true,
        ]);
        expect([FIELDS[field], (fields[field] ?? NaN) <= (most?.[field] ?? 0)]).toEqual([
          FIELDS[field],
          true,
        ]);
      }
    }
    await bench.cache('calm', { options: IDLE });
    await bench.sh(`
      fill /dev/mapper/calm a 0 100; sync /dev/mapper/calm; fill /dev/mapper/calm b 50 20
      dd if=/dev/mapper/calm of=/dev/null bs=4k count=30 iflag=direct status=none
      blkdiscard -o 0 -l 40960 /dev/mapper/calm`);
    const families = await metrics();
    const kernel = await kernelFields('calm');
    expect(fieldsOf(families, 'calm')).toEqual(kernel);
    expect(kernel.slice(4).filter((value) => value > 0).length).toBeGreaterThan(6);
    const [, total = 0, free = 0] = kernel;
    expect(valueOf(families, 'wcache_dirty_blocks', { name: 'calm' })).toBe(total - free);
    expect(valueOf(families, 'wcache_dirty_bytes', { name: 'calm' })).toBe((total - free) * 4096);
  });

  it('name every cache and its devices, odd names and the half-made included', async () => {
    const odd = await bench.cache('odd', { options: IDLE });
    const name = 'odd "na\\me" ü';
    await bench.sh(`
      dmsetup remove odd; dmsetup create '${name}' --table '${odd.table}'
      dmsetup suspend calm; dmsetup load calm --table "$(dmsetup table calm)"`);
    const later = await bench.cache('later', { options: IDLE });
    await bench.sh(
      `dmsetup remove later; dmsetup create later --notable; dmsetup load later --table '${later.table}'`,
    );
    const text = `${await bench.sh('wcache metrics')}\n`;
    expect(await promtool(['check', 'metrics'], text)).toEqual({ status: 0, output: '' });
    const families = readTextFormat(text);
    const waiting = families
      .get('wcache_waiting')
      ?.samples.map(({ labels, value }) => [labels['name'], value]);
    expect(Object.fromEntries(waiting ?? [])).toEqual({ busy: 0, calm: 0, [name]: 0, later: 1 });
    expect(valueOf(families, 'wcache_suspended', { name: 'calm' })).toBe(1);
    expect(valueOf(families, 'wcache_inactive_table', { name: 'calm' })).toBe(1);
    expect(fieldsOf(families, 'calm')).toEqual(await kernelFields('calm'));
    const [minor, origin] = (
      await bench.sh(
        `dmsetup info -c --noheadings -o minor '${name}'; dmsetup info -c --noheadings --separator : -o major,minor odd-o`,
      )
    ).split('\n');
    const info = families.get('wcache_cache_info')?.samples.find(({ labels }) => labels['name'] === name);
    expect(info?.labels).toMatchObject({
      ...{ device: `dm-${minor ?? ''}`, mode: 's', block_size: '4096', origin },
      ...{ origin_path: '/dev/mapper/odd-o', cache_path: '/dev/mapper/odd-c' },
    });
    await bench.sh('dmsetup clear calm; dmsetup resume calm; dmsetup remove later');
  });

  it('go to a file for node_exporter, which is replaced in one go', async () => {
    await bench.sh(`
      mkdir ${LIVE}/textfile; echo old >${LIVE}/textfile/wcache.prom
      ln ${LIVE}/textfile/wcache.prom ${LIVE}/same`);
    expect(await bench.sh(`wcache metrics --output ${LIVE}/textfile/wcache.prom`)).toBe('');
    const written = await bench.sh(`cat ${LIVE}/textfile/wcache.prom`);
    expect(fieldsOf(readTextFormat(`${written}\n`), 'calm')).toEqual(await kernelFields('calm'));
    expect(
      await bench.sh(`ls -A ${LIVE}/textfile; stat -c %a ${LIVE}/textfile/wcache.prom; cat ${LIVE}/same`),
    ).toBe('wcache.prom\n644\nold');
    const { document, status } = await bench.wcache('metrics', '--output', `${LIVE}/textfile/wcache.prom`);
    expect(status).toBe(0);
    expect(metricsDocumentSchema.parse(document).output).toBe(`${LIVE}/textfile/wcache.prom`);
  });

  it('say of an error that there is one, and nothing of the blocks', async () => {
    const lab = await bench.cache('broken', { options: IDLE });
    await bench.sh('fill /dev/mapper/broken a 0 10');
    await bench.failWrites(lab, 'origin');
    await bench.sh('! dmsetup message broken 0 flush; status_is broken "1 *"');
    const families = await metrics();
    const name = { name: 'broken' };
    expect(valueOf(families, 'wcache_error', name)).toBe(1);
    expect(valueOf(families, 'wcache_findings', { ...name, severity: 'error' })).toBe(1);
    for (const metric of ['wcache_free_blocks', 'wcache_dirty_blocks', 'wcache_writeback_blocks']) {
      expect([metric, valueOf(families, metric, name)]).toEqual([metric, undefined]);
    }
    expect(valueOf(families, 'wcache_writes_total', name)).toBe((await kernelFields('broken'))[6]);
    expect(valueOf(families, 'wcache_error', { name: 'calm' })).toBe(0);
    await bench.sh(
      `dmsetup remove broken; dmsetup remove broken-o; dmsetup create broken-o --table '${linear(lab.origin)}'`,
    );
  });

  it('are served to several scrapers at once, and the server ends when it is told to', async () => {
    const told = await bench.sh(`
      # Loopback, without a program that a machine may not have.
      perl -e 'socket(my $s, 2, 2, 0) or die; my $up = pack("a16 s x14", "lo", 0x41); ioctl($s, 0x8914, $up) or die "no loopback: $!"'
      exec_wcache metrics --listen 0 >${LIVE}/served 2>${LIVE}/serving & server=$!
      until_so grep -q Serving ${LIVE}/serving
      port=$(sed -n 's|^Serving http://127.0.0.1:\\([0-9]*\\)/metrics$|\\1|p' ${LIVE}/serving)
      # Prints the answer to one request.
      scrape() { printf 'GET /metrics HTTP/1.0\\r\\n\\r\\n' | perl -e '
        use IO::Socket::INET;
        my $s = IO::Socket::INET->new(PeerAddr => "127.0.0.1", PeerPort => $ARGV[0]) or die "no connection: $@";
        print $s <STDIN>; print while <$s>;' "$port"; }
      for i in 1 2 3; do scrape >${LIVE}/scrape.$i & eval "scraper_$i=$!"; done
      wait $scraper_1 $scraper_2 $scraper_3
      cat ${LIVE}/scrape.1; printf '\\036'; cat ${LIVE}/scrape.2; printf '\\036'; cat ${LIVE}/scrape.3; printf '\\036'
      kill -TERM $server
      status=0; wait $server || status=$?
      echo "$status"; cat ${LIVE}/served ${LIVE}/serving`);
    const [first = '', second = '', third = '', end = ''] = told.split('\x1e');
    for (const answer of [first, second, third]) {
      const [head = '', body = ''] = answer.split('\r\n\r\n');
      expect(head).toMatch(
        /^HTTP\/1\.1 200 OK\r\nContent-Type: text\/plain; version=0\.0\.4; charset=utf-8\r\n/,
      );
      const families = readTextFormat(body);
      expect(fieldsOf(families, 'calm')).toEqual(await kernelFields('calm'));
      expect(valueOf(families, 'wcache_scrape_failures_total')).toBe(0);
    }
    expect(end.trim()).toMatch(/^0\nServing http:\/\/127\.0\.0\.1:\d+\/metrics$/);
  });
});
