import { mount } from 'svelte';
import './app.css';
import App from './App.svelte';
import { connect } from '$lib/backend/connect';
import { overwriteGetLocale } from '$lib/paraglide/runtime';
import { browserSurroundings, Preferences } from '$lib/state/preferences.svelte';

const preferences = new Preferences(browserSurroundings());
// Messages read the locale through this signal, so a template that shows one follows the language.
overwriteGetLocale(() => preferences.locale);
preferences.show();

const target = document.getElementById('app');
if (target === null) throw new Error('index.html has no #app');
mount(App, { target, props: { backend: await connect(), preferences } });
