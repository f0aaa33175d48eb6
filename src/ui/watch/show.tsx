import { render } from 'ink';
import type { KeyInput } from './keys.js';
import { KeyReader } from './keys.js';
import { LineSigns } from './line-pool.js';
import { lookFor } from './look.js';
import { FramePainter } from './painter.js';
import { Screen } from './screen.js';
import type { Wish } from './state.js';
import { ScreenStore } from './store.js';
import { TerminalSession } from './terminal-session.js';
import type { ScreenEnd, ScreenOptions } from './types.js';

/** A terminal sends the rest of a sequence at once; a person is not that fast. */
const ESCAPE_MS = 40;

/**
 * Shows the screen until it is left. The terminal is as it was before when this returns or throws.
 *
 * Throws what a component throws, which is a bug.
 */
export async function showScreen(options: ScreenOptions): Promise<ScreenEnd> {
  const { source, actions, signal, stdin, stdout, environment } = options;
  const ended = withResolvers<ScreenEnd>();
  const look = lookFor(environment);
  const reader = new KeyReader();
  let escape: NodeJS.Timeout | undefined;

  const grant = (wish: Wish): void => {
    switch (wish.kind) {
      case 'start':
        actions.start(wish.action, wish.key);
        return;
      case 'interval':
        actions.setIntervalMs(wish.milliseconds);
        return;
      case 'look':
        actions.lookNow();
        return;
      case 'quit':
        ended.resolve('quit');
        return;
      case 'interrupt':
        ended.resolve('interrupted');
        return;
      case 'stop':
        session.stop();
        return;
      case 'repaint':
        painter.redraw();
    }
  };
  const take = (inputs: readonly KeyInput[]): void => {
    for (const input of inputs) store.input(input);
  };
  const session = new TerminalSession(stdin, stdout, {
    entered: (size) => {
      painter.resize(size);
      store.resize(size);
      painter.open();
    },
    left: () => {
      painter.close();
    },
    resized: (size) => {
      painter.resize(size);
      store.resize(size);
    },
    input: (text) => {
      clearTimeout(escape);
      take(reader.push(text));
      if (reader.isUnfinished) {
        escape = setTimeout(() => {
          take(reader.flush());
        }, ESCAPE_MS);
      }
    },
    interrupted: () => {
      ended.resolve('interrupted');
    },
  });
  const painter = new FramePainter((text) => stdout.write(text), session.size);
  const store = new ScreenStore(source, look, session.size, grant);
  const unsubscribe = source.subscribe(store.fed);
  const abort = (): void => {
    ended.resolve('aborted');
  };
  signal.addEventListener('abort', abort);
  if (signal.aborted) abort();

  const ink = render(
    <LineSigns value={painter.pool.put}>
      <Screen store={store} />
    </LineSigns>,
    {
      // Whole frames, of which the painter writes what changed: ink's own way clears the terminal when it becomes smaller.
      debug: true,
      stdout: painter as unknown as NodeJS.WriteStream,
      stdin,
      exitOnCtrlC: false,
      patchConsole: false,
    },
  );
  ink.waitUntilExit().catch(ended.reject);
  try {
    session.begin();
    return await ended.promise;
  } finally {
    clearTimeout(escape);
    signal.removeEventListener('abort', abort);
    unsubscribe();
    session.end();
    ink.unmount();
  }
}

/** As `Promise.withResolvers`, which Node has since 22. */
function withResolvers<T>(): {
  readonly promise: Promise<T>;
  readonly resolve: (value: T) => void;
  readonly reject: (reason: unknown) => void;
} {
  let resolve!: (value: T) => void;
  let reject!: (reason: unknown) => void;
  const promise = new Promise<T>((onDone, onFailed) => {
    resolve = onDone;
    reject = onFailed;
  });
  return { promise, resolve, reject };
}
