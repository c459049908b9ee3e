import js from '@eslint/js';
import svelte from 'eslint-plugin-svelte';
import globals from 'globals';
import { defineConfig } from 'eslint/config';
import ts from 'typescript-eslint';
import svelteConfig from './svelte.config.js';

const PAGES = ['overview', 'keys', 'requests', 'models', 'settings', 'login'];
const TAURI = {
  group: ['@tauri-apps/*'],
  message: 'Only src/lib/backend/tauri.ts talks to Tauri; use the Backend interface.',
};
const UPWARD = { group: ['../../*'], message: 'Use $lib or $pages instead of climbing.' };
const restrict = (...patterns) => ({
  'no-restricted-imports': ['error', { patterns: [TAURI, UPWARD, ...patterns] }],
});
const above = (message, ...group) => ({ group, message });

/** A page sees everything below it, and no other page. */
const pageRules = PAGES.map((page) => ({
  files: [`src/pages/${page}/**`],
  rules: restrict(
    above(
      'Pages never import pages; move what they share to src/lib.',
      ...PAGES.filter((other) => other !== page).flatMap((other) => [
        `$pages/${other}`,
        `$pages/${other}/*`,
        `../${other}/*`,
      ]),
    ),
  ),
}));

/** Directions of design.md §2: contract ◄ backend ◄ state ◄ pages; ui, charts, format ◄ pages. */
const layerRules = [
  {
    files: ['src/lib/backend/**'],
    rules: restrict({
      regex: '^\\$(pages/|lib/(?!contract$|backend/))',
      message: 'backend sees the contract only.',
    }),
  },
  {
    files: ['src/lib/format/**'],
    rules: restrict({
      regex: '^\\$(pages/|lib/(?!contract$|format/))',
      message: 'format is pure.',
    }),
  },
  {
    files: ['src/lib/ui/**', 'src/lib/charts/**'],
    rules: restrict(
      above('The component tier knows no data.', '$pages/*', '$lib/state/*', '$lib/backend/*'),
    ),
  },
  {
    files: ['src/lib/state/**', 'src/lib/components/**', 'src/lib/texts/**'],
    rules: restrict(above('What pages stand on does not import them.', '$pages/*')),
  },
];

export default defineConfig(
  { ignores: ['dist', 'src/lib/paraglide', 'src/lib/contract.ts', 'project.inlang'] },
  js.configs.recommended,
  ts.configs.strict,
  ts.configs.stylistic,
  svelte.configs.recommended,
  {
    languageOptions: { globals: { ...globals.browser, ...globals.node } },
    rules: {
      'max-lines': ['error', { max: 400 }],
      'max-lines-per-function': ['error', { max: 60, skipComments: true, skipBlankLines: true }],
      'max-params': ['error', 5],
      'max-depth': ['error', 3],
      'no-console': 'error',
      'no-undef': 'off',
      eqeqeq: 'error',
      '@typescript-eslint/no-explicit-any': 'error',
      '@typescript-eslint/no-non-null-assertion': 'error',
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/consistent-type-definitions': 'off',
      ...restrict(),
    },
  },
  {
    files: ['**/*.svelte', '**/*.svelte.ts'],
    languageOptions: {
      parserOptions: { parser: ts.parser, extraFileExtensions: ['.svelte'], svelteConfig },
    },
    rules: {
      'svelte/no-at-html-tags': 'error',
      // The policy `style-src 'self'` blocks the attribute; the `style:` directive sets properties.
      'no-restricted-syntax': [
        'error',
        {
          selector: 'SvelteAttribute[key.name="style"]',
          message: 'Use a class or style: instead.',
        },
      ],
      'svelte/require-each-key': 'error',
      'svelte/button-has-type': 'error',
      'svelte/no-target-blank': 'error',
    },
  },
  ...layerRules,
  ...pageRules,
  {
    // A test's `describe` is one long function by nature.
    files: ['**/*.test.ts', 'tests/**'],
    rules: { 'max-lines-per-function': 'off', 'no-restricted-imports': 'off' },
  },
  {
    files: ['src/lib/backend/tauri.ts', 'src/lib/backend/tauri.test.ts'],
    rules: { 'no-restricted-imports': ['error', { patterns: [UPWARD] }] },
  },
  {
    files: ['public/theme.js'],
    languageOptions: { sourceType: 'script' },
  },
);
