import { describe, expect, it } from 'vitest';
import { verbModels, type FlagModel } from '../../src/completion/model.js';
import { firstWords, secondWords, topicsOf } from '../../src/completion/topics.js';
import { ODD_MANIFEST } from './manifest.js';

const verbs = verbModels(ODD_MANIFEST);

function flag(verb: string, name: string): FlagModel | undefined {
  return verbs.find(({ words }) => words.join(' ') === verb)?.flags.find((each) => each.name === name);
}

describe('the model of the verbs', () => {
  it('has those that are shown, in the order of their names', () => {
    expect(verbs.map(({ words }) => words.join(' '))).toEqual(['add', 'stats reset', 'stats show']);
  });

  it('knows first words, and the second ones behind them', () => {
    expect(topicsOf(verbs)).toEqual(['stats']);
    expect(secondWords(verbs, 'stats')).toEqual(['reset', 'show']);
    expect(firstWords(verbs).map(({ word }) => word)).toEqual(['add', 'stats']);
    expect(firstWords(verbs)[1]?.summary).toContain('; Show them.');
  });

  it('gives each verb the flags that are shown, and --help', () => {
    const names = verbs[1]?.flags.map(({ name }) => name);
    expect(names).toEqual(['--first', '--fua', '--help', '--no-fua', '--second', '--third']);
    expect(flag('stats reset', '--help')).toMatchObject({ short: '-h', value: null });
  });

  it('has an exclusion from both sides, and for what needs the excluded', () => {
    expect(flag('stats reset', '--first')?.excludes).toEqual(['--second']);
    expect(flag('stats reset', '--second')?.excludes).toEqual(['--first', '--third']);
    expect(flag('stats reset', '--third')?.excludes).toEqual(['--second']);
    expect(flag('stats reset', '--fua')?.excludes).toEqual(['--no-fua']);
    expect(flag('stats reset', '--no-fua')?.excludes).toEqual(['--fua']);
  });

  it('takes values from the manifest where it has them', () => {
    expect(flag('stats reset', '--third')).toMatchObject({
      repeats: true,
      list: false,
      value: { label: 'THIRD', kind: { kind: 'words', words: [{ word: 'a' }, { word: 'b' }] } },
    });
    expect(flag('add', '--size')).toMatchObject({ repeats: true, list: true, value: { label: '[A:]SIZE' } });
  });

  it('lets the last argument go on where any number of words may come', () => {
    expect(verbs[0]?.args.map(({ label, repeats }) => [label, repeats])).toEqual([
      ['NAME', false],
      ['MORE', true],
    ]);
    expect(verbs[1]?.args[0]?.repeats).toBe(false);
  });
});
