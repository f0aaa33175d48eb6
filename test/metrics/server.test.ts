import { once } from 'node:events';
import { networkInterfaces } from 'node:os';
import { connect, createServer, type Socket } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import { BusyError, NotPossibleHereError } from '../../src/errors.js';
import { parseListenAddress } from '../../src/metrics/listen-address.js';
import { serveMetrics, type MetricsServer, type MetricsSource } from '../../src/metrics/server.js';

interface Served extends MetricsServer {
  readonly port: number;
  readonly failures: unknown[];
}

async function served(scrape: MetricsSource['scrape'], address = '0'): Promise<Served> {
  const failures: unknown[] = [];
  const server = await serveMetrics(parseListenAddress(address), {
    contentType: 'text/plain; version=0.0.4; charset=utf-8',
    scrape,
    failed: (error) => failures.push(error),
  });
  onTestFinished(() => server.close());
  return { ...server, port: Number(new URL(server.url).port), failures };
}

const metrics = (): Promise<string> => Promise.resolve('up 1 ü\n');

/** A promise that somebody else fulfils. */
function pending<T>(): { promise: Promise<T>; resolve: (value: T) => void } {
  let resolve: (value: T) => void = () => undefined;
  const promise = new Promise<T>((take) => {
    resolve = take;
  });
  return { promise, resolve };
}

/** A connection that sends only what a test writes to it. */
async function connected(port: number): Promise<Socket> {
  const socket = connect(port, '127.0.0.1');
  socket.on('error', () => undefined);
  onTestFinished(() => {
    socket.destroy();
  });
  await once(socket, 'connect');
  return socket;
}

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setTimeout(resolve, 5));
}

describe('the server of metrics', () => {
  it('answers GET and HEAD at /metrics, with a query as well', async () => {
    const { url } = await served(metrics);
    for (const suffix of ['', '?name=x']) {
      const response = await fetch(url + suffix);
      expect(response.status).toBe(200);
      expect(response.headers.get('content-type')).toBe('text/plain; version=0.0.4; charset=utf-8');
      expect(response.headers.get('content-length')).toBe('8');
      expect(await response.text()).toBe('up 1 ü\n');
    }
    const head = await fetch(url, { method: 'HEAD' });
    expect([head.status, head.headers.get('content-length'), await head.text()]).toEqual([200, '8', '']);
  });

  it('has a page that leads there, and nothing else', async () => {
    const { url } = await served(metrics);
    const page = await fetch(new URL('/', url));
    expect([page.status, page.headers.get('content-type')]).toEqual([200, 'text/html; charset=utf-8']);
    expect(await page.text()).toContain('href="/metrics"');
    for (const path of ['/metric', '/metrics/', '/../etc/passwd', '//metrics', '/-/reload']) {
      expect((await fetch(new URL(url).origin + path)).status).toBe(404);
    }
  });

  it.each(['POST', 'PUT', 'DELETE', 'OPTIONS'])('refuses %s, and looks at nothing', async (method) => {
    let looks = 0;
    const { url } = await served(() => {
      looks += 1;
      return metrics();
    });
    const response = await fetch(url, { method, ...(method === 'POST' && { body: 'x'.repeat(1 << 20) }) });
    expect([response.status, response.headers.get('allow'), looks]).toEqual([405, 'GET, HEAD', 0]);
  });

  it('lets scrapes that come together share one look, and the next one look anew', async () => {
    let looks = 0;
    const look = pending<string>();
    const { url, port } = await served(() => {
      looks += 1;
      return look.promise;
    });
    const asking = Array.from({ length: 5 }, () => fetch(url).then((response) => response.text()));
    // A request on a connection of its own comes behind those, and its answer behind their look.
    const last = await connected(port);
    last.write('GET / HTTP/1.1\r\nHost: x\r\n\r\n');
    await once(last, 'data');
    await until(() => looks === 1);
    look.resolve('one\n');
    expect(await Promise.all(asking)).toEqual(Array.from({ length: 5 }, () => 'one\n'));
    expect(looks).toBe(1);
    await fetch(url);
    expect(looks).toBe(2);
  });

  it('answers 500 to a scrape that fails, and goes on', async () => {
    let fails = true;
    const { url, failures } = await served(() =>
      fails ? Promise.reject(new Error('no answer')) : metrics(),
    );
    const response = await fetch(url);
    expect([response.status, await response.text()]).toEqual([
      500,
      'The metrics could not be had: Error: no answer\n',
    ]);
    expect(failures).toEqual([new Error('no answer')]);
    fails = false;
    expect((await fetch(url)).status).toBe(200);
  });

  it('outlives askers that go away before their answer, or talk nonsense', async () => {
    const look = pending<string>();
    const { url, port, failures } = await served(() => look.promise);
    const gone = await connected(port);
    gone.write('GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n');
    const nonsense = await connected(port);
    const answer = once(nonsense, 'data');
    nonsense.write('\x16\x03\x01 no HTTP at all\r\n\r\n');
    expect(String((await answer)[0])).toMatch(/^HTTP\/1\.1 400 /);
    gone.destroy();
    look.resolve('later\n');
    expect(await (await fetch(url)).text()).toBe('later\n');
    expect(failures).toEqual([]);
  });

  it('hangs up on who does not end his request, and answers others meanwhile', async () => {
    const { url, port } = await served(metrics);
    const slow = await connected(port);
    const hungUp = once(slow, 'close');
    let said = '';
    slow.on('data', (chunk: Buffer) => (said += chunk.toString()));
    slow.write('GET /metrics HTTP/1.1\r\nX-Slow: ');
    expect((await fetch(url)).status).toBe(200);
    await hungUp;
    expect(said).toMatch(/^HTTP\/1\.1 408 /);
  });

  it('takes no more connections than it can serve, and is there again when they end', async () => {
    const { url, port } = await served(metrics);
    const held = await Promise.all(Array.from({ length: 32 }, () => connected(port)));
    const beyond = await connected(port);
    await once(beyond, 'close');
    await Promise.all(
      held.map((socket) => {
        socket.end();
        return once(socket, 'close');
      }),
    );
    expect((await fetch(url)).status).toBe(200);
  });

  it('gives those under way their answer when it is closed, and hangs up on the others', async () => {
    const look = pending<string>();
    let looks = 0;
    const server = await served(() => {
      looks += 1;
      return look.promise;
    });
    const idle = await connected(server.port);
    const asking = fetch(server.url).then((response) => response.text());
    await until(() => looks === 1);
    const closed = server.close();
    look.resolve('last\n');
    expect(await asking).toBe('last\n');
    await Promise.all([closed, idle.destroyed || once(idle, 'close')]);
    await expect(fetch(server.url)).rejects.toThrow();
  });
});

describe('where it cannot listen', () => {
  it('says that the port is taken', async () => {
    const { port } = await served(metrics);
    const failure = await served(metrics, String(port)).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(BusyError);
    expect(failure).toMatchObject({ code: 'port-in-use', exitStatus: 5 });
    expect((failure as Error).message).toBe(
      `Cannot listen on port ${String(port)} of 127.0.0.1: another program does.`,
    );
  });

  it('says that the address is none of this machine', async () => {
    // For documentation only (RFC 5737).
    const failure = await served(metrics, '192.0.2.1:0').catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(NotPossibleHereError);
    expect(failure).toMatchObject({ code: 'no-such-address', exitStatus: 3 });
  });

  it('listens on IPv6 where the machine has that, and says so where not', async () => {
    const addresses = Object.values(networkInterfaces()).flatMap((each) => each ?? []);
    const hasIt = addresses.some(({ address }) => address === '::1');
    const server = await served(metrics, '[::1]:0').catch((error: unknown) => error);
    if (hasIt) {
      const { url } = server as Served;
      expect(url).toMatch(/^http:\/\/\[::1\]:\d+\/metrics$/);
      expect((await fetch(url)).status).toBe(200);
    } else {
      expect(server).toMatchObject({ code: 'no-such-address' });
    }
  });

  it('leaves others on the same port of another address alone', async () => {
    const other = createServer().listen(0, '127.0.0.2');
    onTestFinished(() => {
      other.close();
    });
    await once(other, 'listening');
    const { port } = other.address() as { port: number };
    expect((await fetch((await served(metrics, String(port))).url)).status).toBe(200);
  });
});
