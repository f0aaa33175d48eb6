import { readFileSync } from 'node:fs';

/** What is in the package for those who monitor; bin/build.js puts it there. */
export type PackagedFile = 'grafana-dashboard.json' | 'alert-rules.yml';

export function packagedFile(name: PackagedFile): string {
  return readFileSync(new URL(`../../monitoring/${name}`, import.meta.url), 'utf8');
}
