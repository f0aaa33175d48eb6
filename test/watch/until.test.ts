import { describe, expect, it } from 'vitest';
import { NotReachedError, ProblemFoundError } from '../../src/errors.js';
import { judgeUntil, parseUntil } from '../../src/watch/index.js';
import { expectFailure } from '../device/helpers.js';
import { UsageError } from '../../src/errors.js';
import { ModelMachine, type ModelMachineOptions } from './model-machine.js';
import { Watcher } from '../../src/watch/index.js';

describe('what is waited for', () => {
  it.each([
    ['clean', { kind: 'clean' }],
    ['error', { kind: 'error' }],
    ['dirty<10%', { kind: 'below', percent: 10 }],
    ['dirty<0.5%', { kind: 'below', percent: 0.5 }],
    ['dirty<100%', { kind: 'below', percent: 100 }],
    ['dirty>80%', { kind: 'above', percent: 80 }],
    ['dirty>0%', { kind: 'above', percent: 0 }],
  ])('may be %s', (text, condition) => {
    expect(parseUntil(text)).toEqual(condition);
  });

  it.each([
    '',
    'dirty',
    'Clean',
    'dirty<10',
    'dirty<0%',
    'dirty>100%',
    'dirty<101%',
    'dirty=5%',
    'dirty<-1%',
    'dirty<1e1%',
  ])('may not be %j', (text) => {
    expectFailure(() => parseUntil(text), UsageError, 'bad-condition', /nothing that can be waited for/);
  });
});

/** What a wait for something comes to, after something has happened on a machine with two caches of 1000 blocks. */
async function verdict(
  condition: string,
  happen: (machine: ModelMachine) => Promise<void> | void = () => undefined,
  options: ModelMachineOptions = { caches: 2 },
) {
  const machine = await ModelMachine.create(options);
  const watcher = new Watcher(machine, null);
  await watcher.look();
  await happen(machine);
  const found = judgeUntil(parseUntil(condition), await watcher.look());
  return typeof found === 'object' ? found.cannot : found;
}

describe('a wait', () => {
  const dirtyOne = (machine: ModelMachine): void => {
    machine.dirty('wc2', 100);
  };

  it('for clean ends when nothing is dirty in any cache', async () => {
    expect(await verdict('clean')).toBe('reached');
    expect(await verdict('clean', dirtyOne)).toBe('waiting');
  });

  it('for a level is of all of them below, and of any above', async () => {
    expect(await verdict('dirty<10%', dirtyOne)).toBe('waiting');
    expect(await verdict('dirty<10.1%', dirtyOne)).toBe('reached');
    expect(await verdict('dirty>10%', dirtyOne)).toBe('waiting');
    expect(await verdict('dirty>9.9%', dirtyOne)).toBe('reached');
  });

  it('for error ends with the first that has one', async () => {
    expect(await verdict('error')).toBe('waiting');
    expect(await verdict('error', (machine) => machine.fail('wc2'))).toBe('reached');
  });

  it('for clean is in vain once one is in error', async () => {
    for (const condition of ['clean', 'dirty<10%']) {
      const error = await verdict(condition, async (machine) => {
        await machine.fail('wc1');
        await machine.remove('wc2');
      });
      expect(error).toBeInstanceOf(ProblemFoundError);
      expect(error).toMatchObject({ code: 'in-error', exitStatus: 6 });
      expect(String(error)).toContain('wc1 is in error');
    }
  });

  it('for clean is in vain once one is gone, or where there is none', async () => {
    const error = await verdict('clean', (machine) => machine.remove('wc2'));
    expect(error).toBeInstanceOf(NotReachedError);
    expect(error).toMatchObject({ code: 'gone', exitStatus: 7 });
    expect(String(error)).toContain('wc2 is no writecache any more');
    expect(String(await verdict('clean', undefined, { caches: 0 }))).toContain('There is no writecache');
  });

  it('for error or for dirty blocks is in vain once there is nobody left', async () => {
    const removeOne = (machine: ModelMachine): Promise<void> => machine.remove('wc1');
    const removeBoth = async (machine: ModelMachine): Promise<void> => {
      await machine.remove('wc1');
      await machine.remove('wc2');
    };
    for (const condition of ['error', 'dirty>50%']) {
      expect(await verdict(condition, removeOne)).toBe('waiting');
      expect(await verdict(condition, removeBoth)).toMatchObject({ code: 'gone' });
    }
    const failBoth = async (machine: ModelMachine): Promise<void> => {
      await machine.fail('wc1');
      await machine.fail('wc2');
    };
    expect(await verdict('dirty>0%', failBoth)).toMatchObject({ code: 'in-error' });
  });

  it('goes on while one is suspended', async () => {
    const suspended = async (machine: ModelMachine): Promise<void> => {
      dirtyOne(machine);
      await machine.command('suspend wc2');
    };
    expect(await verdict('clean', suspended)).toBe('waiting');
    expect(await verdict('dirty>5%', suspended)).toBe('reached');
  });
});
