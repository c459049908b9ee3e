// The three servers of a comparison: the simulator as upstream, and nginx and
// Flowkeep in front of it. All on loopback, all with ports of their own choice.
import { spawn } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';

export const CLIENT_TOKEN = 'bench-token-0123456789abcdef';
const KEYS = ['alpha', 'beta', 'gamma'].map((name) => `sk-${`test${name}`.padEnd(48, '0')}`);

/** A port that is free now. */
function freePort() {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });
}

/** Starts a program on one core and waits until it prints `ready`. */
async function start({ command, args, env, core, ready }) {
  const child = spawn('taskset', ['-c', String(core), command, ...args], {
    env: { PATH: process.env.PATH, HOME: process.env.HOME, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  await new Promise((resolve, reject) => {
    const look = (chunk) => {
      output += chunk;
      if (!ready || ready.test(output)) resolve();
    };
    child.stdout.on('data', look);
    child.stderr.on('data', look);
    child.once('exit', (code) => reject(new Error(`${command} ended with ${code}:\n${output}`)));
    if (!ready) setTimeout(resolve, 500);
  });
  child.stdout.resume();
  child.stderr.resume();
  return { child, output };
}

/** The simulator: huge balances, no limits, counters instead of a ledger. */
async function startSimulator(binary, folder, core) {
  const port = await freePort();
  const script = join(folder, 'script.json');
  const accounts = KEYS.map((key, number) => ({
    id: `account-${number}`,
    keys: [key],
    gift_nano: 0,
    charge_nano: 9e18,
  }));
  writeFileSync(script, JSON.stringify({ accounts, ledger_capacity: 0 }));
  const args = ['simulate', '--port', String(port), '--script', script];
  const { child } = await start({ command: binary, args, env: {}, core, ready: /listening on/ });
  return { child, port, url: `http://127.0.0.1:${port}/v1` };
}

async function startFlowkeep(binary, folder, core, upstream, flags = []) {
  const port = await freePort();
  const data = join(folder, ['data', ...flags].join(''));
  mkdirSync(data);
  const args = ['serve', '--port', String(port), '--data-dir', data, '--vault', 'memory', ...flags];
  const env = {
    FLOWKEEP_UPSTREAM: upstream,
    FLOWKEEP_KEYS: KEYS.join(','),
    FLOWKEEP_API_KEY: CLIENT_TOKEN,
    FLOWKEEP_LOG: 'warn',
    ...(process.env.FLOWKEEP_WORKERS ? { FLOWKEEP_WORKERS: process.env.FLOWKEEP_WORKERS } : {}),
  };
  const { child } = await start({ command: binary, args, env, core, ready: /listening on/ });
  return { child, port, url: `http://127.0.0.1:${port}/v1`, token: CLIENT_TOKEN };
}

function nginxConfig(folder, port, upstreamPort) {
  return `daemon off; worker_processes 1; pid ${folder}/nginx.pid; error_log ${folder}/nginx.err;
events { worker_connections 4096; }
http {
  access_log off;
  client_body_temp_path ${folder}/body; proxy_temp_path ${folder}/proxy;
  fastcgi_temp_path ${folder}/f; uwsgi_temp_path ${folder}/u; scgi_temp_path ${folder}/s;
  upstream sim { server 127.0.0.1:${upstreamPort}; keepalive 128; keepalive_requests 1000000000; }
  server {
    listen 127.0.0.1:${port} reuseport; keepalive_requests 1000000000; tcp_nodelay on;
    client_max_body_size 64m;
    location / {
      proxy_pass http://sim; proxy_http_version 1.1; proxy_set_header Connection "";
      proxy_set_header Authorization "Bearer ${KEYS[0]}"; proxy_buffering off;
    }
  }
}`;
}

async function startNginx(folder, core, upstreamPort) {
  const port = await freePort();
  const config = join(folder, 'nginx.conf');
  writeFileSync(config, nginxConfig(folder, port, upstreamPort));
  const { child } = await start({ command: 'nginx', args: ['-c', config], env: {}, core });
  const master = readFileSync(join(folder, 'nginx.pid'), 'utf8').trim();
  const children = `/proc/${master}/task/${master}/children`;
  const worker = Number(readFileSync(children, 'utf8').trim().split(' ')[0]);
  return { child, port, url: `http://127.0.0.1:${port}/v1`, pid: worker, token: CLIENT_TOKEN };
}

/** A relay without any feature, of the same libraries. */
async function startBare(binary, core, upstream) {
  const port = await freePort();
  const args = [String(port), upstream, KEYS[0]];
  const { child } = await start({ command: binary, args, env: {}, core, ready: /listening on/ });
  return { child, port, url: `http://127.0.0.1:${port}/v1`, token: CLIENT_TOKEN };
}

/** Starts all; the proxies share core 0, upstream and load generator core 1. */
export async function startAll({ flowkeep: binary, bare: bareBinary }, folder) {
  const simulator = await startSimulator(binary, folder, 1);
  const nginx = await startNginx(folder, 0, simulator.port);
  const bare = await startBare(bareBinary, 0, simulator.url);
  const flowkeep = await startFlowkeep(binary, folder, 0, simulator.url);
  const unlogged = await startFlowkeep(binary, folder, 0, simulator.url, ['--no-log']);
  const targets = [
    { name: 'direct', url: simulator.url, token: KEYS[0], pid: null },
    { name: 'nginx', url: nginx.url, token: nginx.token, pid: nginx.pid },
    { name: 'bare', url: bare.url, token: bare.token, pid: bare.child.pid },
    { name: 'flowkeep', url: flowkeep.url, token: flowkeep.token, pid: flowkeep.child.pid },
    { name: 'unlogged', url: unlogged.url, token: unlogged.token, pid: unlogged.child.pid },
  ];
  const stop = () => {
    for (const { child } of [flowkeep, unlogged, bare, nginx, simulator]) child.kill('SIGTERM');
  };
  return { targets, stop };
}
