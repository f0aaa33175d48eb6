import { SECTOR_BYTES } from '../format/index.js';
import { badLine } from './bad-workload.js';
import { OnlyOne } from './only-one.js';
import { MAX_OFFSET_BYTES, type WorkloadParser, type WorkloadRequest } from './request.js';

/** Events that see each request once: queued, inserted into the scheduler, issued to the driver, completed. */
export const BLKPARSE_ACTIONS = ['Q', 'I', 'D', 'C'] as const;
export type BlkparseAction = (typeof BLKPARSE_ACTIONS)[number];

/** `8,0  3  1  0.000000000  697  Q  WS 223490 + 8 [name]`: device, CPU, number, time, process, action, RWBS, the rest. */
export const BLKPARSE_EVENT =
  /^\s*(?<device>\d+,\d+)\s+\d+\s+\d+\s+(?<seconds>\d+)\.(?<nanoseconds>\d{9})\s+\d+\s+(?<action>[A-Za-z]{1,2})\s+(?<rwbs>[A-Z]+)\s*(?<rest>.*)$/;

/** A flush before it; what it does (`F` alone is a flush, `N` nothing); FUA; readahead, sync, metadata and the like. */
const RWBS = /^(?<preflush>F?)(?<operation>WZ|W|R|DE|D|F|N)(?<fua>F?)(?<others>[A-Z]*)$/;

export interface BlkparseOptions {
  /** Of a trace of several devices, the one that counts: `8,0`. */
  readonly only?: string | undefined;
  /** `Q` unless told. */
  readonly action?: BlkparseAction | undefined;
}

/** Reads what blkparse prints unless told otherwise. Everything but the events of one kind is left out, the summary too. */
export class BlkparseParser implements WorkloadParser {
  readonly format = 'blkparse';
  readonly #devices: OnlyOne;
  readonly #action: BlkparseAction;
  #firstMs: number | undefined;
  #clockMs = 0;
  #skipped = 0;

  constructor({ only, action = 'Q' }: BlkparseOptions) {
    this.#devices = new OnlyOne('device', only);
    this.#action = action;
  }

  get durationMs(): number {
    return this.#clockMs;
  }

  get skippedLines(): number {
    return this.#skipped;
  }

  take(text: string, line: number): Iterable<WorkloadRequest> {
    const event = BLKPARSE_EVENT.exec(text)?.groups;
    if (event?.['action'] === this.#action && this.#devices.counts(event['device'] ?? '')) {
      const requests = this.#requests(event, line);
      if (requests.length > 0) return requests;
    }
    if (text.trim() !== '') this.#skipped += 1;
    return [];
  }

  end(): void {
    // A trace may end anywhere.
  }

  #requests(event: Readonly<Record<string, string>>, line: number): WorkloadRequest[] {
    const { rwbs = '', rest = '' } = event;
    const { preflush, operation = '', fua, others = '' } = RWBS.exec(rwbs)?.groups ?? {};
    const kind = ({ W: 'write', R: 'read', D: 'discard', DE: 'discard' } as const)[operation];
    const hasFlush = preflush === 'F' || operation === 'F';
    const place = kind === undefined ? null : readPlace(rest);
    if (!hasFlush && place === null) return [];
    const atMs = this.#passUntil(Number(event['seconds']) * 1000 + Number(event['nanoseconds']) / 1e6);
    const flush = {
      kind: 'flush',
      atMs,
      offsetBytes: 0,
      lengthBytes: 0,
      fua: false,
      meta: false,
      line,
    } as const;
    return [
      ...(hasFlush ? [flush] : []),
      ...(kind === undefined || place === null
        ? []
        : [{ kind, atMs, ...place, fua: kind === 'write' && fua === 'F', meta: others.includes('M'), line }]),
    ];
  }

  /** Times count from the first request; one that is out of order (blkparse sorts in batches) counts as that before it. */
  #passUntil(atMs: number): number {
    this.#firstMs ??= atMs;
    this.#clockMs = Math.max(this.#clockMs, atMs - this.#firstMs);
    return this.#clockMs;
  }
}

/** `223490 + 8`, in sectors; null for an event without data. */
function readPlace(rest: string): { readonly offsetBytes: number; readonly lengthBytes: number } | null {
  const { sector, count } = /^(?<sector>\d{1,20}) \+ (?<count>\d{1,10})(?: |$)/.exec(rest)?.groups ?? {};
  if (sector === undefined || Number(count) === 0) return null;
  const offsetBytes = Number(sector) * SECTOR_BYTES;
  if (offsetBytes > MAX_OFFSET_BYTES) {
    throw badLine(`Sector ${sector} is beyond 8 PiB.`, 'No device is as large; is the line whole?');
  }
  return { offsetBytes, lengthBytes: Number(count) * SECTOR_BYTES };
}
