// One measurement: wrk against a target, with the target's CPU time beside it.
import { execFile } from 'node:child_process';
import { readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);
const TICKS_PER_SECOND = 100; // USER_HZ on every Linux that Flowkeep runs on
const LOG_THREAD = 'flowkeep-journa'; // the kernel keeps 15 characters of a thread's name

/** Seconds of CPU that a process has used, all threads. */
function cpuSeconds(pid) {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND;
}

/** Microseconds of CPU that the thread of the request log has used; 0 where there is none. */
function logMicros(pid) {
  const tasks = `/proc/${pid}/task`;
  const isLog = (task) => readFileSync(`${tasks}/${task}/comm`, 'utf8').trim() === LOG_THREAD;
  const nanos = (task) => Number(readFileSync(`${tasks}/${task}/schedstat`, 'utf8').split(' ')[0]);
  const used = readdirSync(tasks).filter(isLog).map(nanos);
  return used.reduce((sum, one) => sum + one, 0) / 1e3;
}

/** Resident memory in MiB, pages shared with others by their share. */
export function memoryMib(pid) {
  const rollup = readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8');
  return Number(/^Pss:\s+(\d+)/m.exec(rollup)[1]) / 1024;
}

/** A wrk script that posts one chat over and over. */
export function writeLoad(folder, name, body) {
  const file = join(folder, `${name}.lua`);
  const text = JSON.stringify(body).replaceAll(']]', ']] .. "]]" .. [[');
  writeFileSync(
    file,
    `wrk.method = "POST"
wrk.body = [[${text}]]
wrk.headers["Content-Type"] = "application/json"
wrk.headers["Authorization"] = "Bearer " .. os.getenv("BENCH_TOKEN")
done = function(summary, latency)
  local e = summary.errors
  io.write(string.format("RESULT %d %d %d %d %d\\n", summary.requests, summary.duration,
    latency:percentile(50), latency:percentile(99), e.connect + e.read + e.write + e.status + e.timeout))
end
`,
  );
  return file;
}

/** Runs the load on core 1 and reads requests/s, percentiles and CPU. */
export async function measure(target, { load, connections, seconds }) {
  const before = target.pid ? cpuSeconds(target.pid) : 0;
  const logBefore = target.pid ? logMicros(target.pid) : 0;
  const args = ['-c', '1', 'wrk', '-t1', `-c${connections}`, `-d${seconds}s`, '-s', load];
  const { stdout } = await run('taskset', [...args, `${target.url}/chat/completions`], {
    env: { PATH: process.env.PATH, BENCH_TOKEN: target.token },
  });
  const line = /RESULT (\d+) (\d+) (\d+) (\d+) (\d+)/.exec(stdout);
  if (!line) throw new Error(`wrk said nothing usable about ${target.name}:\n${stdout}`);
  const [requests, micros, p50, p99, errors] = line.slice(1).map(Number);
  if (errors > 0 || requests === 0) {
    throw new Error(`${target.name}: ${errors} errors in ${requests} requests`);
  }
  const used = target.pid ? cpuSeconds(target.pid) - before : null;
  return {
    perSecond: requests / (micros / 1e6),
    p50,
    p99,
    cpuMicros: used === null ? null : (used * 1e6) / requests,
    logMicros: used === null ? null : (logMicros(target.pid) - logBefore) / requests,
  };
}

/** The middle of a list of numbers. */
export function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  return sorted.length % 2 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}
