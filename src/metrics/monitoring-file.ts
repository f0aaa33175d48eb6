import { readFileSync } from 'node:fs';
import { packagedFile } from '../packaged.js';

/** What is in the package for those who monitor; bin/build.js puts it there. */
export type MonitoringFile = 'grafana-dashboard.json' | 'alert-rules.yml';

export function monitoringFile(name: MonitoringFile): string {
  return readFileSync(packagedFile(`dist/monitoring/${name}`), 'utf8');
}
