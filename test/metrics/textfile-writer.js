// Writes a textfile again and again, until it is killed: one letter over and over, another one each time.
import { pathToFileURL } from 'node:url';

const [module = '', path = '', times = '1', size = '1'] = process.argv.slice(2);
const { writeTextfile } = await import(pathToFileURL(module).href);
for (let i = 0; i < Number(times); i++) {
  const letter = String.fromCharCode(97 + (i % 26));
  try {
    writeTextfile(path, letter.repeat(Number(size)));
  } catch (caught) {
    const error = /** @type {{ code: string, message: string, exitStatus: number }} */ (caught);
    process.stdout.write(
      `${JSON.stringify({ code: error.code, message: error.message, status: error.exitStatus })}\n`,
    );
    process.exit(1);
  }
  if (i === 0) process.stdout.write('begun\n');
}
