/**
 * Keeps Ctrl-Z from stopping this process, for work in which nothing may stand still for as long as it takes somebody to
 * come back; `dispose` undoes it.
 */
export function withoutPause(onAttempt: () => void): { readonly dispose: () => void } {
  process.on('SIGTSTP', onAttempt);
  return {
    dispose: () => {
      process.off('SIGTSTP', onAttempt);
    },
  };
}
