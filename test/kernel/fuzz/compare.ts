import type { Prediction } from './predict.js';
import type { Answer } from './script.js';

/** What the kernel did with a case, and the device afterwards. */
export interface Observation {
  readonly answer: Answer;
  readonly bytes: Buffer;
}

/** Where the kernel did something else than was foretold; nothing if it agrees. */
export function disagreements(prediction: Prediction, { answer, bytes }: Observation): string[] {
  const foretold = summary(prediction);
  const done = summary(answer);
  if (foretold !== done) return [`foretold ${foretold}, the kernel ${done}`];
  return [...logDifference(prediction, answer), ...byteDifference(prediction, bytes)];
}

/**
 * The second activation of the same medium must be clean whatever the first met (kernel-target.md W4), with as many free blocks, and change
 * nothing any more.
 */
export function secondDisagreements(
  first: Observation,
  prediction: Prediction,
  second: Observation,
): string[] {
  const found = disagreements(prediction, second).map((text) => `second activation: ${text}`);
  const { answer } = first;
  if (answer.outcome !== 'activated') return found;
  const expected = summary({ ...answer, error: 0 });
  if (summary(second.answer) !== expected) {
    found.push(`second activation: ${expected} expected, the kernel ${summary(second.answer)}`);
  }
  if (!first.bytes.equals(second.bytes)) {
    found.push(`second activation: ${firstDifference(first.bytes, second.bytes)}`);
  }
  return found;
}

function summary(one: Prediction | Answer): string {
  return one.outcome === 'refused'
    ? `refuses: ${one.words}`
    : `activates: error ${String(one.error)}, ${String(one.nBlocks)} blocks, ${String(one.freeBlocks)} free`;
}

function logDifference(prediction: Prediction, answer: Answer): string[] {
  if (prediction.outcome === 'refused' || answer.outcome === 'refused') return [];
  const expected = prediction.identical === undefined ? [] : [prediction.identical];
  const logged = answer.log.map((line) => line.replace('device-mapper: writecache: ', ''));
  return expected.join() === logged.join()
    ? []
    : [`the kernel log has ${JSON.stringify(logged)}, foretold ${JSON.stringify(expected)}`];
}

function byteDifference(prediction: Prediction, bytes: Buffer): string[] {
  const expected = Buffer.from(prediction.bytes);
  if (prediction.outcome === 'activated' && prediction.unset !== undefined) {
    const { from, to } = prediction.unset;
    bytes.copy(expected, from, from, to);
  }
  return expected.equals(bytes) ? [] : [firstDifference(expected, bytes)];
}

function firstDifference(expected: Buffer, found: Buffer): string {
  const at = expected.findIndex((byte, index) => byte !== found[index]);
  const [want, have] = [expected, found].map((bytes) => bytes.toString('hex', at, at + 16));
  return `byte ${String(at)} of the device: ${String(want)} expected, ${String(have)} found`;
}
