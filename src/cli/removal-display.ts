import type { RemovalEvent } from '../procedure/removal/types.js';
import { RemovalEventLines } from '../ui/removal-event-lines.js';
import { RemovalLines } from '../ui/removal-lines.js';
import type { RemovalView, RemovalViewOptions } from '../ui/removal-view.js';
import { showsUnicode } from '../ui/style.js';
import { PatientOutput } from './patient-output.js';

export interface DisplayFlags {
  /** Only the result. */
  readonly quiet: boolean;
  readonly json: boolean;
  /** With `json`: a line for each event. */
  readonly events: boolean;
}

/** All that shows a removal while it is under way. It never throws, and the removal never waits for it. */
export interface RemovalDisplay {
  readonly show: (event: RemovalEvent) => void;
  readonly close: (how: 'done' | 'stopped') => void;
  /** Settles when everything has been taken, or nothing will be. */
  readonly drained: () => Promise<void>;
}

interface Shown {
  readonly view: RemovalView;
  readonly drained: () => Promise<void>;
}

/**
 * Lines of JSON on stdout where they are asked for; and on stderr a task list on a terminal, else plain lines. With
 * `--json`, stderr is for a terminal only, and not for one that stdout goes to as well.
 *
 * Everything that it needs is loaded when this has returned: what is loaded while a device is suspended may lie on it.
 */
export async function removalDisplay(
  flags: DisplayFlags,
  options: Pick<RemovalViewOptions, 'steps' | 'blockSize'>,
): Promise<RemovalDisplay> {
  const { stdout, stderr } = process;
  const viewOptions = { ...options, now: () => performance.now() };
  const shown: Shown[] = [];
  if (flags.events) shown.push(eventLines(viewOptions));
  const isForPeople = !flags.json || (stderr.isTTY && !stdout.isTTY);
  if (isForPeople && !flags.quiet) shown.push(await onStderr(viewOptions));
  const each = (work: (view: RemovalView) => void): void => {
    for (const { view } of shown) guarded(work, view);
  };
  return {
    show: (event) => {
      each((view) => {
        view.show(event);
      });
    },
    close: (how) => {
      each((view) => {
        view.close(how);
      });
    },
    drained: async () => {
      for (const { drained } of shown) await drained();
    },
  };
}

function eventLines({ now }: RemovalViewOptions): Shown {
  const output = new PatientOutput(process.stdout);
  const view = new RemovalEventLines({
    write: (line) => {
      output.write(`${line}\n`);
    },
    isBusy: () => output.isBusy,
    now,
  });
  return { view, drained: () => output.drained() };
}

async function onStderr(options: RemovalViewOptions): Promise<Shown> {
  const output = new PatientOutput(process.stderr);
  if (process.stderr.isTTY && process.env['TERM'] !== 'dumb') {
    const { RemovalList } = await import('../ui/removal-list.js');
    const view = new RemovalList({ ...options, target: output, unicode: showsUnicode(process.env) });
    return {
      view,
      drained: async () => {
        await view.ended;
        await output.drained();
      },
    };
  }
  const write = (line: string): void => {
    output.write(`${line}\n`);
  };
  return { view: new RemovalLines({ ...options, write }), drained: () => output.drained() };
}

/** What is wrong with a display must not become the removal's trouble. */
function guarded(work: (view: RemovalView) => void, view: RemovalView): void {
  try {
    work(view);
  } catch {
    // It is not shown, and done all the same.
  }
}
