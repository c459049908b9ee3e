// Sets the theme before the first paint, so that a dark window does not flash white.
// A file of its own because the content security policy allows no inline script.
// The key and the values are those of src/lib/state/preferences.svelte.ts.
(() => {
  let wanted = 'system';
  try {
    wanted = localStorage.getItem('flowkeep.theme') ?? 'system';
  } catch {
    // Storage is switched off: the system's theme it is.
  }
  const dark =
    wanted === 'dark' || (wanted !== 'light' && matchMedia('(prefers-color-scheme: dark)').matches);
  document.documentElement.dataset.theme = dark ? 'dark' : 'light';
})();
