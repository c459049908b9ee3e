import { createContext } from 'svelte';
import type { Backend } from '$lib/backend/backend';
import type { Clock } from './clock.svelte';
import type { CostRecompute } from './cost-recompute.svelte';
import type { DroppedFiles } from './dropped-files.svelte';
import type { Preferences } from './preferences.svelte';
import type { Router } from './router.svelte';
import type { SessionState } from './session.svelte';
import type { Toasts } from './toasts.svelte';

/** What `App` puts into Svelte's context; nothing of it lives in a module. */
export const [getBackend, setBackend] = createContext<Backend>();
export const [getClock, setClock] = createContext<Clock>();
export const [getCostRecompute, setCostRecompute] = createContext<CostRecompute>();
export const [getDroppedFiles, setDroppedFiles] = createContext<DroppedFiles>();
export const [getPreferences, setPreferences] = createContext<Preferences>();
export const [getRouter, setRouter] = createContext<Router>();
export const [getSession, setSession] = createContext<SessionState>();
export const [getToasts, setToasts] = createContext<Toasts>();
