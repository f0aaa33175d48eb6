import type { ManifestCommand } from '../../src/completion/model.js';

/** A manifest with one of everything, and with texts that mean something to every shell. */
export const ODD_MANIFEST: readonly ManifestCommand[] = [
  {
    id: 'stats:reset',
    summary: 'It\'s $(touch pwned) `touch pwned`: [a] \\ "b" %s 100% *?~ #x',
    args: { name: { name: 'name' } },
    flags: {
      first: {
        name: 'first',
        type: 'boolean',
        char: 'f',
        description: "Don't $(touch pwned).",
        exclusive: ['second'],
      },
      second: { name: 'second', type: 'boolean', description: 'A [b]: c\\d.\n  And more.' },
      third: { name: 'third', type: 'option', options: ['a', 'b'], multiple: true, dependsOn: ['first'] },
      fua: { name: 'fua', type: 'boolean', allowNo: true, description: 'With it or without.' },
      secret: { name: 'secret', type: 'boolean', hidden: true },
    },
  },
  { id: 'stats:show', summary: 'Show them.', args: {}, flags: {} },
  {
    id: 'add',
    summary: 'Add some.',
    strict: false,
    args: { name: { name: 'name' }, more: { name: 'more', options: ['x', 'y'] } },
    flags: { size: { name: 'size', type: 'option', delimiter: ',', multiple: true, helpValue: '[A:]SIZE' } },
  },
  { id: 'hide', hidden: true, args: {}, flags: {} },
];
