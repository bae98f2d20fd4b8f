// Puts a compressed form beside each built file that is worth it: the server sends it to whoever
// takes it, and compresses nothing itself.
import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';

/** @param {string} folder */
function compress(folder) {
  for (const name of readdirSync(folder)) {
    const path = join(folder, name);
    if (statSync(path).isDirectory()) compress(path);
    else if (/\.(js|css|svg|html)$/.test(name)) {
      const plain = readFileSync(path);
      const small = gzipSync(plain, { level: 9 });
      if (small.length < plain.length * 0.9) writeFileSync(`${path}.gz`, small);
    }
  }
}

compress(join(import.meta.dirname, 'dist'));
