import { Box, Text, Transform, useIsScreenReaderEnabled } from 'ink';
import { memo, useContext, type ReactElement } from 'react';
import { LineSigns } from './line-pool.js';

interface LinesProps {
  /** Cut to the width that there is, with their colours. */
  readonly lines: readonly string[];
  /** The column at which they begin. */
  readonly left?: number;
}

/**
 * Lines of the screen. What ink is given to measure is a text that stays the same: it keeps each one that it has measured
 * for ever.
 */
export const Lines = memo(function Lines({ lines, left = 0 }: LinesProps): ReactElement | null {
  const sign = useContext(LineSigns);
  const isRead = useIsScreenReaderEnabled();
  if (lines.length === 0) return null;
  const shown = (line: number): string => {
    const text = lines[line] ?? '';
    return sign === null ? text : sign(text, left);
  };
  return (
    <Box height={lines.length} flexShrink={0} marginLeft={sign === null || left === 0 ? left : 1}>
      <Transform
        transform={(_, line) => shown(line)}
        {...(isRead ? { accessibilityLabel: lines.join('\n') } : {})}
      >
        <Text>{placeholder(lines.length)}</Text>
      </Transform>
    </Box>
  );
}, areSame);

function areSame({ lines: before, left }: LinesProps, { lines: now, left: leftNow }: LinesProps): boolean {
  return (
    left === leftNow && before.length === now.length && before.every((line, place) => line === now[place])
  );
}

function placeholder(height: number): string {
  return Array.from({ length: height }, () => '.').join('\n');
}
