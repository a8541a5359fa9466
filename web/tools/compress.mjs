// Writes .br and .gz siblings of every text asset of the build; the server negotiates and never compresses at run time.
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { extname, join } from 'node:path';
import { promisify } from 'node:util';
import { brotliCompress, constants, gzip } from 'node:zlib';

const DIST = new URL('../../src/longshelf/web_dist/', import.meta.url).pathname;
const TEXT = new Set(['.js', '.css', '.html', '.svg', '.json']);
const WORTH_IT = 1024; // below one packet a compressed copy saves nothing

const brotli = promisify(brotliCompress);
const zip = promisify(gzip);
const files = await readdir(DIST, { recursive: true, withFileTypes: true });

for (const file of files) {
  if (!file.isFile() || !TEXT.has(extname(file.name))) continue;
  const path = join(file.parentPath, file.name);
  const plain = await readFile(path);
  if (plain.length < WORTH_IT) continue;
  await writeFile(`${path}.br`, await brotli(plain, { params: { [constants.BROTLI_PARAM_QUALITY]: 11 } }));
  await writeFile(`${path}.gz`, await zip(plain, { level: 9 }));
}
