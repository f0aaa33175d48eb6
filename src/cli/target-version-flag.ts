import { Flags } from '@oclif/core';
import { UsageError } from '../errors.js';
import { isAtLeast, parseTargetVersion, type TargetVersion } from '../table/index.js';

export const targetVersionFlag = Flags.custom<TargetVersion>({
  helpValue: 'X.Y.Z',
  parse: (text) => Promise.resolve(parseVersion(text)),
});

function parseVersion(text: string): TargetVersion {
  const version = /^v?\d{1,9}(?:\.\d{1,9}){2}$/.test(text) ? parseTargetVersion(text) : null;
  if (version === null || !isAtLeast(version, '1.0.0')) {
    throw new UsageError(`"${text}" is not a version of the writecache target.`, {
      code: 'bad-target-version',
      hint: 'They are three numbers, from 1.0.0 to 1.6.0 so far; `dmsetup targets` shows the one that runs.',
    });
  }
  return version;
}
