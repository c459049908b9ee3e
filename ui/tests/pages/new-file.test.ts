import { afterEach, describe, expect, it } from 'vitest';
import { newFile } from '$pages/requests/new-file';

/** A browser whose picker gives a file of so many bytes. */
function picking(size: number): string[] {
  const done: string[] = [];
  const handle = {
    name: 'mine.csv',
    getFile: () => Promise.resolve({ size }),
    remove: () => Promise.resolve(void done.push('removed')),
  };
  Object.assign(window, { showSaveFilePicker: () => Promise.resolve(handle) });
  return done;
}

afterEach(() => {
  Reflect.deleteProperty(window, 'showSaveFilePicker');
});

describe('a file that was chosen', () => {
  it('goes again when nothing came into it', async () => {
    const done = picking(0);
    const file = await newFile('log.csv');
    expect([file?.name, file?.place]).toEqual(['mine.csv', 'chosen']);
    await file?.discard();
    expect(done).toEqual(['removed']);
  });

  it('stays when it was one that the user had', async () => {
    const done = picking(3);
    await (await newFile('log.csv'))?.discard();
    expect(done).toEqual([]);
  });
});
