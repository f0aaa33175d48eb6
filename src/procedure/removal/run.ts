import { InterruptedError, OperationError, ProblemFoundError, WcacheError } from '../../errors.js';
import { adviceOf, sentenceOf } from '../failure-words.js';
import { tell, type RemovalContext, type RunnableStep } from './context.js';
import { forgetJournal, isBehindResume, writeJournal } from './journal.js';
import { putBack } from './put-back.js';
import type { RemovalResult, RemovalStep, RemovalStepId } from './types.js';

/** From the first of these on nothing is interrupted, until I/O goes on; and while it stands still nothing is written. */
const IN_ONE_GO: readonly RemovalStepId[] = ['suspend', 'judge', 'resume'];
const STILL: readonly RemovalStepId[] = ['judge', 'resume'];

/** No process has this number. */
const NOBODY = 0;

/**
 * Runs the steps. Where one fails before I/O goes on with the origin, the writecache is brought back; behind that the journal
 * stays, and the next run finishes.
 *
 * @throws {@link OperationError} `removal-failed`, with the code of its cause where that is one of ours;
 *   {@link ProblemFoundError}, {@link InterruptedError}.
 */
export async function runSteps(
  context: RemovalContext,
  steps: readonly RunnableStep[],
): Promise<RemovalResult> {
  const started = performance.now();
  for (const step of steps) {
    try {
      stopIfAsked(context, step);
      if (!STILL.includes(step.id)) journal(context, step);
      await tell(context, { type: 'begin', step: shown(step) });
      const detail = await step.run(shown(step));
      context.journal = { ...context.journal, done: { id: step.id, number: step.number } };
      // From here on there is no way back, and whoever comes after a kill should know.
      if (step.id === 'resume') writeJournal(context.journal, context.environment.removalsFolder);
      await tell(context, { type: 'done', step: shown(step), detail });
    } catch (error) {
      throw await failed(context, step, error);
    }
  }
  const { subject, environment } = context;
  forgetJournal(subject.mapping, environment.removalsFolder);
  return {
    name: subject.name,
    ending: context.ending,
    resumed: context.cache === null,
    before: context.cache?.status ?? null,
    certificate: context.certificate,
    certificatePath: context.certificatePath,
    backupPath: context.backupPath,
    times: { totalMs: performance.now() - started, ...context.times },
    notes: context.notes,
  };
}

function shown({ id, number, title, command }: RunnableStep): RemovalStep {
  return { id, number, title, command };
}

function stopIfAsked({ options }: RemovalContext, { id }: RunnableStep): void {
  if (options.signal?.aborted !== true || IN_ONE_GO.slice(1).includes(id)) return;
  throw new InterruptedError('Interrupted.', { code: 'interrupted' });
}

function journal(context: RemovalContext, { id, number }: RunnableStep): void {
  context.journal = {
    ...context.journal,
    begun: { id, number },
    stall_ms: context.times.stallMs === 0 ? context.journal.stall_ms : context.times.stallMs,
  };
  writeJournal(context.journal, context.environment.removalsFolder);
}

async function failed(context: RemovalContext, step: RunnableStep, cause: unknown): Promise<Error> {
  const message = cause instanceof Error ? cause.message : String(cause);
  await tell(context, { type: 'failed', step: shown(step), message });
  const isAfterResume = isBehindResume({ ...context.journal, begun: step });
  const now = isAfterResume ? finishLater(context, step) : await undo(context, step);
  const where = now.isReplaced
    ? `${context.subject.name} runs on its origin alone, but the removal is not finished`
    : `${context.subject.name} was not removed`;
  const said = `${where}, at the step "${step.id}": ${sentenceOf(cause)}`;
  const options = {
    code: cause instanceof WcacheError ? cause.code : 'removal-failed',
    hint: [adviceOf(cause), now.hint].filter((each) => each !== undefined).join(' '),
    cause,
  };
  const text = `${said}${now.text === '' ? '' : ` ${now.text}`}`;
  if (cause instanceof InterruptedError) return new InterruptedError(text, options);
  if (cause instanceof ProblemFoundError) return new ProblemFoundError(text, options);
  return new OperationError(text, options);
}

interface Now {
  readonly text: string;
  readonly hint: string | undefined;
  readonly isReplaced: boolean;
}

/** Nothing has to be brought back any more: the origin has everything. */
function finishLater(context: RemovalContext, step: RunnableStep): Now {
  const { subject } = context;
  leaveJournal(context, { ...step, id: step.id === 'resume' ? 'cross-check' : step.id });
  return { text: '', hint: `To finish: wcache remove ${subject.typed}`, isReplaced: true };
}

async function undo(context: RemovalContext, step: RunnableStep): Promise<Now> {
  const { subject, environment } = context;
  await tell(context, { type: 'undo', message: `bringing ${subject.name} back` });
  const { text, isBack, isReplaced = false } = await putBack(context);
  if (isReplaced) return finishLater(context, step);
  await tell(context, { type: 'undo', message: text === '' ? 'nothing can be done now' : text });
  if (isBack) forgetJournal(subject.mapping, environment.removalsFolder);
  else leaveJournal(context, step);
  const hint = isBack ? undefined : `See how it is with: wcache status ${subject.typed}`;
  return { text, hint, isReplaced: false };
}

/** For the next run. This one is over, though its process may live on. */
function leaveJournal(context: RemovalContext, step: RunnableStep): void {
  context.journal = { ...context.journal, pid: NOBODY };
  try {
    journal(context, step);
  } catch {
    // Where there is no room for it, the one that is there leads to the same end.
  }
}
