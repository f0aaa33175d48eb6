import assert from 'node:assert/strict';
import { BusyError, OperationError, WrongDeviceError } from '../../../src/errors.js';

/** Refused with the kernel's own words, which stand somewhere in the sentence. */
export async function refuses(call: Promise<unknown>, words: string): Promise<void> {
  await assert.rejects(call, (error) => {
    assert(error instanceof OperationError, String(error));
    assert.equal(error.code, 'device-mapper-failed');
    assert(error.message.includes(words), `"${error.message}" has the words "${words}"`);
    return true;
  });
}

export async function isBusy(call: Promise<unknown>): Promise<void> {
  await assert.rejects(call, (error) => {
    assert(error instanceof BusyError, String(error));
    assert.equal(error.code, 'device-busy');
    return true;
  });
}

export async function isMissing(call: Promise<unknown>): Promise<void> {
  await assert.rejects(call, (error) => {
    assert(error instanceof WrongDeviceError, String(error));
    assert.equal(error.code, 'no-such-mapping');
    return true;
  });
}
