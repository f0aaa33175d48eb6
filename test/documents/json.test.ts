import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import * as documents from '../../src/documents/index.js';
import { inspect } from '../../src/scan/index.js';
import { SparseDevice } from '../../src/device/index.js';
import { encodeSuperblock, freshSuperblock, layOut } from '../../src/format/index.js';

describe('toJson', () => {
  it('writes bigints as digits and everything else as JSON does', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.bigInt({ min: 0n, max: (1n << 64n) - 1n }), (value, big) => {
        expect(documents.toJson(value)).toBe(JSON.stringify(value, null, 2));
        expect(documents.toJson({ value, big }, 0)).toBe(
          `{"value":${JSON.stringify(value)},"big":${String(big)}}`,
        );
      }),
    );
  });

  it('gives numbers for what a double holds exactly, and loses nothing beyond', () => {
    expect(documents.integer(5n)).toBe(5);
    expect(documents.integer(2n ** 53n - 1n)).toBe(2 ** 53 - 1);
    expect(documents.integer(2n ** 53n)).toBe(2n ** 53n);
  });

  it('keeps every size of a device beyond 2^53 bytes exact', async () => {
    const sizeBytes = (1n << 53n) + 512n * 3n;
    const startSector = (sizeBytes - 4n * 1024n * 1024n) / 512n;
    const device = new SparseDevice(sizeBytes, { name: 'huge' });
    const area = sizeBytes - startSector * 512n;
    const layout = layOut(area, 512);
    if (!layout.ok) throw new Error('the area takes a cache');
    device.write(encodeSuperblock(freshSuperblock(512, layout.geometry.nBlocks)), startSector * 512n);
    const json = documents.toJson(documents.inspectDocument(await inspect(device, { startSector }), []));
    expect(json).toContain(`"size_bytes": ${String(sizeBytes)},`);
    expect(json).toContain(`"start_sector": ${String(startSector)},`);
  });
});

describe('JSON Schemas', () => {
  it.each(Object.entries(documents.documentSchemas))('of %s can be published', (_name, schema) => {
    const published = JSON.stringify(documents.toJsonSchema(schema));
    expect(published).toContain('"type":"object"');
    expect(published).not.toContain('bigint');
  });

  it('are there for every document', () => {
    const exported = Object.keys(documents).filter((name) => name.endsWith('DocumentSchema'));
    expect(Object.keys(documents.documentSchemas).map((name) => `${name}DocumentSchema`)).toEqual(
      exported.sort(),
    );
  });

  it('call a count an integer', () => {
    expect(documents.toJsonSchema(z.object({ n: documents.jsonInteger }))).toMatchObject({
      properties: { n: { type: 'integer', minimum: 0 } },
    });
  });
});
