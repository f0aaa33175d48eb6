import { Flags } from '@oclif/core';
import { STATE_FILTERS } from '../scan/index.js';
import { ENTRY_FORMATS } from '../ui/entry-layout.js';
import { bytesFlag, sectorFlag, sectorRangeFlag, startSectorFlag } from './flags.js';
import { memoryFlag } from './memory-flag.js';

/** What `wcache inspect` can be told. */
export const inspectFlags = {
  'start-sector': startSectorFlag(),
  entries: Flags.boolean({ description: 'List the entries, one a line.', exclusive: ['at', 'map'] }),
  state: Flags.string({
    description: 'With --entries: only these. "stale" includes "identical"; "committed" is all that count.',
    options: STATE_FILTERS,
    dependsOn: ['entries'],
  }),
  sector: sectorFlag({
    description: 'With --entries: only those whose block holds this origin sector.',
    dependsOn: ['entries'],
    exclusive: ['range'],
  }),
  range: sectorRangeFlag({
    description: 'With --entries: only those whose block holds an origin sector from A to B.',
    dependsOn: ['entries'],
  }),
  format: Flags.string({
    description: 'With --entries: how to print them (table unless told).',
    options: ENTRY_FORMATS,
    dependsOn: ['entries'],
    exclusive: ['json'],
  }),
  at: sectorFlag({
    description: 'Tell whether this origin sector is in the cache, where, and which copies.',
  }),
  map: Flags.boolean({ description: 'Show where on the origin the dirty blocks lie.', exclusive: ['at'] }),
  memory: memoryFlag(),
  bytes: bytesFlag,
};
