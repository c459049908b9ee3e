// Renders every icon file from the drawings in icons/*.svg.
// Needs rsvg-convert (Debian: librsvg2-bin, macOS: brew install librsvg) and, through npx, the Tauri CLI.
import {
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  copyFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import os from 'node:os';
import path from 'node:path';

import { packIco } from './lib/icon-container.mjs';
import { inClone } from './lib/paths.mjs';
import { Stop, isOnPath, main, must, npm } from './lib/process.mjs';

const icons = inClone('icons');
const TRAY_PIXELS = 64;
// Up to this edge the drawing on the pixel grid is sharper than the scaled large one.
const SMALL_UP_TO = 32;
// 32 comes first: Tauri shows the first picture in development builds on Windows.
const ICO_SIZES = [32, 16, 24, 48, 64, 128, 256];

main(async () => {
  if (!isOnPath('rsvg-convert'))
    throw new Stop('rsvg-convert is missing (Debian: apt-get install librsvg2-bin)');
  const scratch = mkdtempSync(path.join(os.tmpdir(), 'flowkeep-icons-'));
  try {
    await renderAppIcons(scratch);
    await renderTrayIcons(scratch);
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
  console.log(`icons written to ${icons}`);
});

/** The Tauri set from the large drawing, then the small sizes again from the drawing made for them. */
async function renderAppIcons(scratch) {
  const large = path.join(icons, 'icon.png');
  await render('flowkeep.svg', 1024, large);
  const set = path.join(scratch, 'set');
  mkdirSync(set);
  await must(
    ...npm('exec', '--yes', '--package=@tauri-apps/cli@2', '--', 'tauri', 'icon', large, '-o', set),
  );
  // The phone folders of the set are not ours.
  const wanted = readdirSync(set, { withFileTypes: true }).filter(
    (entry) => entry.isFile() && entry.name !== 'icon.png',
  );
  for (const { name } of wanted) copyFileSync(path.join(set, name), path.join(icons, name));
  await renderSizes(scratch);
}

async function renderSizes(scratch) {
  const pictures = [];
  for (const size of ICO_SIZES) {
    const file = path.join(scratch, `${size}.png`);
    await render(size <= SMALL_UP_TO ? 'flowkeep-small.svg' : 'flowkeep.svg', size, file);
    pictures.push({ size, png: readFileSync(file) });
  }
  writeFileSync(path.join(icons, 'icon.ico'), packIco(pictures));
  copyFileSync(path.join(scratch, '32.png'), path.join(icons, '32x32.png'));
}

/** Black on transparent, as macOS wants a template; the light ones are for dark panels on Linux and Windows. */
async function renderTrayIcons(scratch) {
  const light = path.join(scratch, 'light.css');
  writeFileSync(light, 'svg { color: #fff }');
  for (const state of ['', '-paused', '-alert']) {
    const drawing = `tray${state}.svg`;
    await render(drawing, TRAY_PIXELS, path.join(icons, `tray${state}.png`));
    await render(drawing, TRAY_PIXELS, path.join(icons, `tray-light${state}.png`), [
      '--stylesheet',
      light,
    ]);
  }
}

function render(drawing, pixels, file, more = []) {
  const edge = String(pixels);
  return must('rsvg-convert', [
    '-w',
    edge,
    '-h',
    edge,
    ...more,
    '-o',
    file,
    path.join(icons, drawing),
  ]);
}
