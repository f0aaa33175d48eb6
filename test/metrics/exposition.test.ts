import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { mangleName } from '../../src/device/index.js';
import { exposition } from '../../src/metrics/exposition.js';
import { metricFamilies } from '../../src/metrics/families.js';
import { interruptedRemoval, liveCache, waitingCache } from '../procedure/live-caches.js';
import { u64s } from '../table/arbitraries.js';
import { EVERY_SHAPE, look, oneOfSeveral, type LookSketch } from './looks.js';
import { promtool } from './promtool.js';
import { readTextFormat } from './text-format.js';

/** Whatever somebody may have made of a name or a path; as the kernel's names go, without NUL and slash. */
const texts = fc
  .oneof(
    fc.string({ unit: 'binary', minLength: 1, maxLength: 20 }),
    fc.string({
      unit: fc.constantFrom('"', '\\', '\n', '\r', '{', '}', ',', '=', ' ', 'a', 'ü', '💾'),
      minLength: 1,
    }),
  )
  .filter((text) => !/[\0/]/.test(text));

const kernelNames = fc.oneof(
  texts.map(mangleName),
  texts,
  fc.string({ unit: fc.constantFrom('\\xff', '\\xc3', '\\x', 'a'), minLength: 1 }),
);

const statuses = fc
  .tuple(fc.boolean(), fc.nat(2 ** 40), fc.array(u64s, { minLength: 10, maxLength: 10 }))
  .chain(([error, total, counters]) =>
    fc
      .tuple(fc.nat(total), fc.nat(total))
      .map(([free, writeback]) => [Number(error), total, free, writeback, ...counters].map(String).join(' ')),
  );

const parameters = fc
  .tuple(fc.constantFrom('s', 'p'), fc.constantFrom(512, 4096), fc.nat(100), fc.boolean())
  .map(([mode, size, high, cleaner]) =>
    [`${mode} 254:0 254:16 ${String(size)}`, ...(cleaner ? ['3'] : ['2']), `high_watermark ${String(high)}`]
      .concat(cleaner ? ['cleaner'] : [])
      .join(' '),
  );

const sketches = fc.record({
  name: kernelNames,
  uuid: texts,
  suspended: fc.boolean(),
  hasInactiveTable: fc.boolean(),
  parameters,
  status: statuses,
  originPath: fc.option(texts.map((text) => `/dev/${text}`)),
});

/** Machines on which a kernel's name is there once, as a kernel sees to it. */
const machines: fc.Arbitrary<LookSketch> = fc
  .tuple(
    fc.uniqueArray(fc.tuple(sketches, fc.constantFrom('live', 'parts', 'waiting')), {
      selector: ([{ name }]) => name,
      maxLength: 6,
    }),
    fc.array(
      texts.map((name) => interruptedRemoval(name)),
      { maxLength: 2 },
    ),
  )
  .map(([all, removals]) => ({
    live: all.flatMap(([sketch, kind]) =>
      kind === 'live'
        ? [liveCache(sketch)]
        : kind === 'parts'
          ? [oneOfSeveral(0n, sketch), oneOfSeveral(8n, sketch)]
          : [],
    ),
    waiting: all.filter(([, kind]) => kind === 'waiting').map(([sketch]) => waitingCache(sketch)),
    removals,
  }));

describe('the text', () => {
  it('says what the families say, whatever names and values there are', async () => {
    await fc.assert(
      fc.asyncProperty(machines, async (machine) => {
        const families = metricFamilies(look(machine));
        const read = readTextFormat(await exposition(families));
        expect([...read]).toEqual(
          families.map(({ name, type, help, samples }) => [
            name,
            {
              type,
              help,
              samples: samples.map(({ labels, value }) => ({ name, labels, value: Number(value) })),
            },
          ]),
        );
      }),
      { numRuns: 300 },
    );
  });

  it('is one that Prometheus takes and has nothing to say against', async () => {
    const random = fc.sample(machines, { numRuns: 12, seed: 20261122 });
    for (const machine of [EVERY_SHAPE, {}, null, ...random]) {
      const text = await exposition(metricFamilies({ ...look(machine), failures: 3 }));
      expect(await promtool(['check', 'metrics'], text)).toEqual({ status: 0, output: '' });
    }
  });

  it('is one of which promtool would say so, were it wrong', async () => {
    const text = await exposition(metricFamilies(look(EVERY_SHAPE)));
    const twice = `${text}# TYPE wcache_up gauge\nwcache_up 1\n`;
    expect((await promtool(['check', 'metrics'], twice)).status).not.toBe(0);
    expect((await promtool(['check', 'metrics'], text.replaceAll('_total', '_count'))).status).not.toBe(0);
  });
});

describe('the reader of this test', () => {
  const HEAD = '# HELP a h\n# TYPE a gauge\n';

  it('takes what is in the format', () => {
    expect(readTextFormat(`${HEAD}a{b="\\"\\\\\\n,}{ ",c="\r"} 1.5e+3\n`).get('a')?.samples).toEqual([
      { name: 'a', labels: { b: '"\\\n,}{ ', c: '\r' }, value: 1500 },
    ]);
  });

  it.each([
    [`${HEAD}a 1`],
    ['a 1\n'],
    ['# TYPE a gauge\na 1\n'],
    [`${HEAD}a 1\na 1\n`],
    [`${HEAD}a{b="1"} 1\na{b="1"} 2\n`],
    [`${HEAD}a{b="1",b="2"} 1\n`],
    [`${HEAD}a{b=""1"} 1\n`],
    [`${HEAD}a{b="\\x"} 1\n`],
    [`${HEAD}a{b="1" 1\n`],
    [`${HEAD}a 1 2\n`],
    [`${HEAD}a one\n`],
    [`${HEAD}b 1\n`],
    [`${HEAD}a 1\n${HEAD}a 2\n`],
  ])('refuses %j', (text) => {
    expect(() => readTextFormat(text)).toThrow();
  });
});
