/** The environment variables that wcache itself looks at, the same on every page. */

/** @type {readonly (readonly [name: string, text: string])[]} */
export const ENVIRONMENT = [
  ['NO_COLOR', 'Where it is set and not empty there are no colours.'],
  ['TERM', 'With `dumb` there are no colours, no bars and no screen, as where there is no terminal.'],
  [
    'LC_ALL, LC_CTYPE, LANG',
    'The first that is set decides whether signs beyond ASCII are drawn, which takes UTF-8. The programs that wcache starts run in the locale C.',
  ],
  [
    'PATH',
    'Where dmsetup and the like are looked for, and in the folders of the system behind it; parts that do not begin with a slash are left out.',
  ],
  ['DM_DISABLE_UDEV', 'Where it is set and not empty, udev is taken not to run; as dmsetup does.'],
  ['DEBUG', 'Where it is set and not empty, errors show their stack, as with --debug.'],
];
