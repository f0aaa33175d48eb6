import { Flags } from '@oclif/core';

/** Of `wcache status --watch`. Here they are only named: what they say is read where it is used, which other calls never load. */
export const watchFlags = {
  watch: Flags.boolean({
    description: 'Look again and again: a screen on a terminal, else a line for each cache and look.',
  }),
  interval: Flags.string({
    description: 'With --watch: how long from one look to the next (1s unless told).',
    helpValue: 'TIME',
    dependsOn: ['watch'],
  }),
  count: Flags.string({
    description: 'With --watch: end after so many looks.',
    helpValue: 'N',
    dependsOn: ['watch'],
  }),
  until: Flags.string({
    description:
      'With --watch: end with 0 when it is so: clean, error, dirty<N% or dirty>N%; with 7 when that does not come.',
    helpValue: 'CONDITION',
    dependsOn: ['watch'],
  }),
};
