import { Box } from 'ink';
import { useSyncExternalStore, type ReactElement } from 'react';
import type { Picture } from './frame.js';
import { Lines } from './lines.js';
import type { ScreenStore } from './store.js';

/** The screen as it is at the moment, and as it becomes. */
export function Screen({ store }: { readonly store: ScreenStore }): ReactElement {
  return <Parts {...useSyncExternalStore(store.subscribe, store.picture)} />;
}

/** One moment of the screen. */
export function Parts({ size, parts, overlay }: Picture): ReactElement {
  return (
    <Box flexDirection="column" width={size.columns} height={size.rows}>
      {parts.map((lines, place) => (
        <Lines key={place} lines={lines} />
      ))}
      {overlay === null ? null : (
        <Box position="absolute" marginTop={overlay.top}>
          <Lines lines={overlay.lines} left={overlay.left} />
        </Box>
      )}
    </Box>
  );
}
