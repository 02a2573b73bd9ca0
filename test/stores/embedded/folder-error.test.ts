import { describe, expect, it } from 'vitest';
import { folderError } from '../../../src/stores/embedded/storage-error.ts';

describe('folderError', () => {
  it.each(['ENOENT', 'EROFS', 'EACCES'])(
    'names the folder that may not be written when making one fails with %s',
    (code) => {
      const error = Object.assign(new Error(code), { code });

      expect(folderError(error, '/no-such-place/a/b')).toMatchObject({
        code: 'STORE_READ_ONLY',
        details: { path: '/' },
      });
    },
  );
});
