// Runs other programs: streams their output, passes signals on and reports how they ended.
import { spawn, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { StringDecoder } from 'node:string_decoder';

import { root } from './paths.mjs';

/** How long pipes may stay open after the end of the program that had them. */
const PIPES_CLOSE_MS = 5000;
const onWindows = process.platform === 'win32';

/** A reason to stop that is told to the user as it is, without a stack; `tail` is what was printed last. */
export class Stop extends Error {
  constructor(message, code = 1, tail = []) {
    super(message);
    this.code = code;
    this.tail = tail;
  }
}

let interrupted = false;

/** True once somebody asked this script to end (Ctrl-C, SIGTERM, closed terminal). */
export function wasInterrupted() {
  return interrupted;
}

/**
 * Runs a program to its end and resolves with its exit code (128 + n after signal n).
 *
 * `ownGroup` puts the program into a process group of its own, without stdin, and ends whatever is
 * left of that group afterwards; `onLine` receives each line of stdout and `onErrorLine` each of stderr,
 * which are still printed.
 */
export function run(program, args = [], options = {}) {
  const { cwd = root, env = process.env, ownGroup = false, limitMinutes } = options;
  const { onLine, onErrorLine } = options;
  const group = ownGroup && !onWindows;
  const piped = (reader) => (reader ? 'pipe' : 'inherit');
  const stdio = [ownGroup ? 'ignore' : 'inherit', piped(onLine), piped(onErrorLine)];
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { cwd, env, stdio, detached: group });
    const stopRelaying = relaySignals(child, group);
    const stopClock = limitMinutes ? startClock(child, group, limitMinutes) : () => {};
    if (onLine) forwardLines(child.stdout, process.stdout, onLine);
    if (onErrorLine) forwardLines(child.stderr, process.stderr, onErrorLine);
    const settle = (then) => {
      stopRelaying();
      stopClock();
      then();
    };
    child.once('error', (error) => settle(() => reject(notStarted(program, error))));
    const end = (code, signal) => settle(() => resolve(exitCode(code, signal)));
    child.once('exit', (code, signal) => {
      // What it left running may still hold its pipes: they close once that is ended.
      if (group) send(child, 'SIGKILL', true);
      if (!onLine && !onErrorLine) return end(code, signal);
      // Or soon, when what holds them is in a group of its own.
      setTimeout(end, PIPES_CLOSE_MS, code, signal).unref();
    });
    child.once('close', end);
  });
}

/**
 * Runs a program and stops the script with its exit code when it fails. With `keepLines` the last lines it
 * printed are kept for the error.
 */
export async function must(program, args = [], { keepLines = 0, ...options } = {}) {
  const tail = [];
  const keep = (line) => {
    tail.push(line);
    if (tail.length > keepLines) tail.shift();
  };
  const readers = keepLines > 0 ? { onLine: keep, onErrorLine: keep } : {};
  const code = await run(program, args, { ...options, ...readers });
  if (code !== 0)
    throw new Stop(`${commandLine(program, args)} ended with exit code ${code}`, code, tail);
}

/** Runs a program quietly; `status` is null when it could not be started. */
export function capture(program, args = [], options = {}) {
  const { status, stdout } = spawnSync(program, args, {
    cwd: root,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
    ...options,
  });
  return { status, stdout: stdout ?? '' };
}

/** Whether a program stands in one of the folders of PATH. */
export function isOnPath(program) {
  const suffixes = onWindows ? ['.exe', '.cmd', ''] : [''];
  const folders = (process.env.PATH ?? '').split(path.delimiter).filter(Boolean);
  return folders.some((folder) =>
    suffixes.some((suffix) => existsSync(path.join(folder, program + suffix))),
  );
}

/**
 * The program and arguments that call npm. Node refuses to start `npm.cmd` without a shell on Windows,
 * so npm's own script is run with this very Node where it can be found.
 */
export function npm(...args) {
  const beside = path.join(path.dirname(process.execPath), 'node_modules/npm/bin/npm-cli.js');
  const caller = process.env.npm_execpath ?? '';
  const script = [caller, beside].find(
    (file) => path.basename(file) === 'npm-cli.js' && existsSync(file),
  );
  return script ? [process.execPath, [script, ...args]] : ['npm', args];
}

/** Shows a command the way one would type it. */
export function commandLine(program, args) {
  const isNpm = path.basename(args[0] ?? '') === 'npm-cli.js';
  const words = isNpm ? ['npm', ...args.slice(1)] : [path.basename(program), ...args];
  return words.map(shellWord).join(' ');
}

/** Quotes one word for a shell where it needs quotes. */
export function shellWord(word) {
  return /^[\w@%+=:,./\\-]+$/.test(word) ? word : `'${word}'`;
}

/** Runs a script's main function: its result is the exit code, a `Stop` is told in one line. */
export async function main(body) {
  try {
    process.exitCode = (await body()) ?? 0;
  } catch (error) {
    if (!(error instanceof Stop)) throw error;
    if (!interrupted) console.error(`\n${error.message}`);
    process.exitCode = error.code;
  }
}

/** The exit code a shell would report. */
export function exitCode(code, signal) {
  return code ?? 128 + (os.constants.signals[signal] ?? 0);
}

function notStarted(program, error) {
  return new Stop(
    error.code === 'ENOENT'
      ? `${program} is not installed`
      : `cannot start ${program}: ${error.message}`,
    127,
  );
}

function relaySignals(child, group) {
  const signals = onWindows ? ['SIGINT'] : ['SIGINT', 'SIGTERM', 'SIGHUP'];
  const relay = (signal) => {
    interrupted = true;
    // Ctrl-C in a terminal already reached every process of our own group; twice would cut a drain short.
    const alreadySent = signal === 'SIGINT' && !group && (onWindows || process.stdin.isTTY);
    if (!alreadySent) send(child, signal, group);
  };
  for (const signal of signals) process.on(signal, relay);
  return () => signals.forEach((signal) => process.off(signal, relay));
}

function startClock(child, group, minutes) {
  const clock = setTimeout(() => {
    console.error(`\nended after ${minutes} minutes: the limit of one step`);
    send(child, 'SIGKILL', group);
  }, minutes * 60_000);
  return () => clearTimeout(clock);
}

function send(child, signal, group) {
  try {
    process.kill(group ? -child.pid : child.pid, signal);
  } catch (error) {
    // ESRCH: it ended by itself in the meantime.
    if (error.code !== 'ESRCH') throw error;
  }
}

function forwardLines(stream, target, onLine) {
  const decoder = new StringDecoder('utf8');
  let rest = '';
  stream.on('data', (bytes) => {
    target.write(bytes);
    const lines = (rest + decoder.write(bytes)).split(/\r?\n/);
    rest = lines.pop();
    lines.forEach(onLine);
  });
}
