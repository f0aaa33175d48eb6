import type { Behaviour } from '../../../src/target/index.js';
import { Random } from '../fuzz/random.js';
import { attempt, type Attempt, type KernelRun } from './attempt.js';
import type { ChoicePoint } from './foretell.js';
import type { Workload } from './workload.js';

/** Whether what the kernel did is an execution of the reference. */
export type Verdict =
  | {
      readonly agrees: true;
      /** How many executions were looked at until one was the kernel's. */
      readonly executions: number;
      /** Those of its choices that are not the plain ones. */
      readonly unusual: readonly ChoicePoint[];
    }
  | {
      readonly agrees: false;
      readonly executions: number;
      /** The first step that none of the executions explains, and how the one that came nearest differs there. */
      readonly step: number;
      readonly differences: readonly string[];
      /** Whether the search was given up, so that there may be an execution that explains it. */
      readonly gaveUp: boolean;
    };

/** So many executions are looked at one after the other, without leaving one out, before chance takes over. */
const ORDERLY = 200;
/** So many alternatives that were tried in vain weigh as much as one difference. */
const PATIENCE = 12;
/** By chance, one in so many changes is of a step before the one that was thought of. */
const BACK = 2;
/** And so many changes in vain make it forget what it has come to. */
const WEARY = 400;

/**
 * Looks for an execution of the reference that is the kernel's, among `limit` at most. First in order, so that all are
 * looked at where they are few; then by chance: the nearest one is changed in one step after the other, and what comes
 * as near is kept.
 */
export function explain(workload: Workload, behaviour: Behaviour, kernel: KernelRun, limit: number): Verdict {
  const search = new Search(workload, behaviour, kernel);
  const isComplete = search.inOrder(Math.min(ORDERLY, limit));
  if (!isComplete) search.byChance(limit);
  return search.verdict(isComplete);
}

class Search {
  readonly #workload: Workload;
  readonly #behaviour: Behaviour;
  readonly #kernel: KernelRun;
  #executions = 0;
  #nearest: Attempt | undefined;

  constructor(workload: Workload, behaviour: Behaviour, kernel: KernelRun) {
    this.#workload = workload;
    this.#behaviour = behaviour;
    this.#kernel = kernel;
  }

  verdict(isComplete: boolean): Verdict {
    const executions = this.#executions;
    const { step, differences = [], choices = [] } = this.#nearest ?? {};
    return step === undefined
      ? { agrees: true, executions, unusual: choices.filter(({ taken }) => taken > 0) }
      : { agrees: false, executions, step, differences, gaveUp: !isComplete };
  }

  /** True where there is no other execution to look at, or the kernel's was found. */
  inOrder(limit: number): boolean {
    const branches: Branch[] = [];
    for (let next: Alternative | undefined = PLAIN; next !== undefined; next = nextAlternative(branches)) {
      if (this.#executions === limit) return false;
      const { answers, step } = next;
      const found = this.#look((place) => answers[place] ?? 0, step);
      if (found.step === undefined) return true;
      branches.push({ found, tried: 0, alternatives: alternatives(answers.length, found) });
    }
    return true;
  }

  byChance(limit: number): void {
    const random = new Random(this.#executions, this.#workload.steps.length);
    let current = this.#nearest;
    let inVain = 0;
    while (this.#executions < limit && current?.step !== undefined) {
      const changed = changedAnswers(current, random);
      if (changed === undefined) return;
      const found = this.#look(
        (_place, step, place) => changed.answers.get(step)?.[place] ?? 0,
        changed.step,
      );
      inVain = distance(found) < distance(current) ? 0 : inVain + 1;
      if (distance(found) <= distance(current) || inVain > WEARY) current = found;
      if (inVain > WEARY) inVain = 0;
    }
  }

  #look(answer: (place: number, step: number, placeInStep: number) => number, firstStep: number): Attempt {
    this.#executions += 1;
    const found = attempt(this.#workload, this.#behaviour, this.#kernel, { answer, firstStep });
    if (this.#nearest === undefined || distance(found) < distance(this.#nearest)) this.#nearest = found;
    return found;
  }
}

/** The less, the nearer to the kernel. */
function distance({ step, differences }: Attempt): number {
  return step === undefined ? -Infinity : -1000 * step + differences.length;
}

/** An execution, and those to try that have other answers to one of its choices. */
interface Branch {
  readonly found: Attempt;
  readonly alternatives: Iterator<Alternative, undefined>;
  tried: number;
}

interface Alternative {
  /** To the first choices; all others are answered plainly. */
  readonly answers: readonly number[];
  /** In which step the last one is. */
  readonly step: number;
}

const PLAIN: Alternative = { answers: [], step: 0 };

/**
 * Answers that differ in one more place, behind those that are given: first in the step where the difference shows, then
 * in earlier ones. So each list of answers comes up once.
 */
function* alternatives(given: number, found: Attempt): Generator<Alternative, undefined> {
  const places = found.choices.map((choice, place) => ({ ...choice, place })).slice(given);
  const here = places.filter(({ step }) => step === found.step);
  const before = places.filter(({ step }) => step !== found.step).reverse();
  for (const { place, step, count } of [...here, ...before]) {
    const taken = found.choices.slice(0, place).map((choice) => choice.taken);
    for (let answer = 1; answer < count; answer += 1) yield { answers: [...taken, answer], step };
  }
}

/** From the nearest branch that still has one. */
function nextAlternative(branches: Branch[]): Alternative | undefined {
  const cost = ({ found, tried }: Branch): number => distance(found) + tried / PATIENCE;
  while (branches.length > 0) {
    const nearest = branches.reduce((one, other) => (cost(other) < cost(one) ? other : one));
    const next = nearest.alternatives.next();
    nearest.tried += 1;
    if (next.done !== true) return next.value;
    branches.splice(branches.indexOf(nearest), 1);
  }
  return undefined;
}

/**
 * The answers of an attempt, with one changed, in the step that differs or not long before it. Those behind it in the same step
 * stay, or are left to chance as well.
 */
function changedAnswers(
  { choices, step: failed = 0 }: Attempt,
  random: Random,
): { readonly answers: ReadonlyMap<number, readonly number[]>; readonly step: number } | undefined {
  const byStep = new Map<number, ChoicePoint[]>();
  for (const choice of choices) byStep.set(choice.step, [...(byStep.get(choice.step) ?? []), choice]);
  const steps = [...byStep.keys()].filter((step) => step <= failed).reverse();
  if (steps.length === 0) return undefined;
  let back = 0;
  while (random.oneIn(BACK) && back + 1 < steps.length) back += 1;
  const step = steps[back] ?? failed;
  const its = byStep.get(step) ?? [];
  const from = random.below(its.length);
  const isWild = random.oneIn(2);
  const answers = new Map([...byStep].map(([each, points]) => [each, points.map(({ taken }) => taken)]));
  const mixed = its.map(({ count, taken }, place) =>
    place === from || (isWild && place > from) ? random.below(count) : taken,
  );
  // What comes up only after the change is left to chance, too.
  const more = isWild ? Array.from({ length: 8 }, () => random.below(3)) : [];
  return { answers: answers.set(step, [...mixed, ...more]), step };
}
