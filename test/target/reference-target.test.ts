import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MemoryDevice } from '../../src/device/index.js';
import { SECTOR_BYTES } from '../../src/format/index.js';
import type { TableOptions } from '../../src/table/index.js';
import { CURRENT, ReferenceTarget, type ReferenceTargetOptions } from '../../src/target/index.js';

const BLOCK = 512;

interface Setting {
  readonly mode: 'p' | 's';
  readonly cacheBlocks: number;
  readonly options?: TableOptions;
  readonly target?: ReferenceTargetOptions;
}

function start({ mode, cacheBlocks, options = {}, target = {} }: Setting) {
  const metadata = Math.ceil((64 + 16 * cacheBlocks) / BLOCK) * BLOCK;
  const devices = {
    origin: new MemoryDevice(64 * BLOCK),
    cache: new MemoryDevice(metadata + cacheBlocks * BLOCK),
  };
  const table = { mode, origin: '', cache: '', block_size: BLOCK, options };
  const load = (): ReferenceTarget => ReferenceTarget.load(table, devices, target);
  const reference = load();
  reference.resume();
  return { devices, reference, load };
}

function content(sector: number, version: number, blocks = 1): Uint8Array {
  const bytes = new Uint8Array(blocks * BLOCK);
  for (let block = 0; block < blocks; block += 1) {
    new Uint32Array(bytes.buffer, block * BLOCK, BLOCK / 4).fill((sector + block) * 65536 + version);
  }
  return bytes;
}

describe.each(['s', 'p'] as const)('in mode %s', (mode) => {
  it('counts and keeps what is written, until it is flushed to the origin', () => {
    const { reference, devices } = start({ mode, cacheBlocks: 8 });
    reference.write(3, content(3, 1));
    reference.write(3, content(3, 2));
    expect(reference.statusLine()).toBe('0 8 7 0 0 0 2 1 0 0 1 0 0 0');
    reference.flush();
    expect(reference.seqCount).toBe(1n);
    expect(devices.origin.bytes[3 * BLOCK]).toBe(0);
    reference.message('flush');
    expect(reference.status()).toMatchObject({ free_blocks: 8, error: false });
    expect(devices.origin.bytes.subarray(3 * BLOCK, 4 * BLOCK)).toEqual(content(3, 2));
  });

  it('gives back what was written, through suspends, reloads and a cache of any fill', () => {
    const step = fc.oneof(
      {
        weight: 8,
        arbitrary: fc.record({
          kind: fc.constant('write' as const),
          sector: fc.nat(60),
          blocks: fc.integer({ min: 1, max: 4 }),
          fua: fc.boolean(),
        }),
      },
      {
        weight: 2,
        arbitrary: fc.record({
          kind: fc.constantFrom(
            'flush' as const,
            'suspend' as const,
            'reload' as const,
            'message' as const,
            'later' as const,
          ),
        }),
      },
    );
    const options = fc.record({
      high_watermark: fc.constantFrom(100, 50, 0),
      low_watermark: fc.constant(0),
      autocommit_blocks: fc.constantFrom(0, 1, 3, 1000),
      max_age: fc.constantFrom(1000, 86_400_000),
    });
    fc.assert(
      fc.property(
        fc.array(step, { maxLength: 60 }),
        options,
        fc.integer({ min: 1, max: 20 }),
        (steps, chosen, cacheBlocks) => {
          const started = start({
            mode,
            cacheBlocks,
            options: { ...chosen, ...(mode === 's' && { pause_writeback: 0 }) },
            // What a kernel dies of is a test of its own.
            target: { behaviour: { ...CURRENT, diesOfDuplicates: false } },
          });
          let { reference } = started;
          const expected = new Uint8Array(64 * BLOCK);
          for (const [version, each] of steps.entries()) {
            if (each.kind === 'write') {
              const data = content(each.sector, version + 1, each.blocks);
              reference.write(each.sector, data, { fua: each.fua });
              expected.set(data, each.sector * BLOCK);
            } else if (each.kind === 'flush') reference.flush();
            else if (each.kind === 'message') reference.message('flush');
            else if (each.kind === 'later') reference.advance(reference.nowMs + 700);
            else {
              reference.suspend();
              if (each.kind === 'reload') reference = started.load();
              reference.resume();
            }
            const seen = new Uint8Array(64 * BLOCK);
            reference.read(0, seen);
            expect(Buffer.compare(seen, expected)).toBe(0);
          }
          reference.message('flush_on_suspend');
          reference.suspend();
          expect(reference.status()).toMatchObject({ error: false, free_blocks: cacheBlocks });
          expect(Buffer.compare(started.devices.origin.bytes, expected)).toBe(0);
        },
      ),
      { numRuns: 300 },
    );
  });
});

it('has sectors of 512 bytes', () => {
  expect(SECTOR_BYTES).toBe(BLOCK);
});
