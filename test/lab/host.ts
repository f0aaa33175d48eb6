import { spawn } from 'node:child_process';

/** Runs `bash -c line` here in a folder, and returns all that it printed and its exit status. */
export function runOnHost(line: string, folder: string): Promise<{ output: string; status: number }> {
  return new Promise((resolve) => {
    const child = spawn('bash', ['-c', line], { cwd: folder, stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    const take = (chunk: Buffer): void => {
      output += chunk.toString();
    };
    child.stdout.on('data', take);
    child.stderr.on('data', take);
    child.on('close', (status) => {
      resolve({ output, status: status ?? -1 });
    });
  });
}
