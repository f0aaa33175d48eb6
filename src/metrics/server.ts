import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { BusyError, NotPossibleHereError, OperationError, type WcacheError } from '../errors.js';
import { urlOf, type ListenAddress } from './listen-address.js';

/** A server of metrics that is up. */
export interface MetricsServer {
  /** Where to scrape it. */
  readonly url: string;
  /** Takes no more requests, and lets those under way have their answer for a moment. */
  close(): Promise<void>;
}

export interface MetricsSource {
  readonly contentType: string;
  /** Looks at the machine. */
  scrape(): Promise<string>;
  /** Told of what failed; who asked has had an answer. */
  failed(error: unknown): void;
}

/** Nobody needs more: a Prometheus or two, and somebody who looks. */
const MAX_CONNECTIONS = 32;
const CHECK_EVERY_MS = 1000;
const HEADERS_LIMIT_MS = 3000;
const REQUEST_LIMIT_MS = 5000;
/** Without a byte in either direction; longer than a look may take. */
const SILENCE_LIMIT_MS = 60_000;
/** Longer than the usual scrape interval, so that Prometheus finds its connection open. */
const KEEP_ALIVE_MS = 75_000;
const LAST_ANSWERS_MS = 2000;

const TEXT = 'text/plain; charset=utf-8';

/**
 * Serves metrics until it is closed. Scrapes that come together share one look.
 *
 * @throws {@link BusyError} `port-in-use`; {@link NotPossibleHereError} `no-such-address`, `no-permission`;
 *   {@link OperationError} `listen-failed`.
 */
export async function serveMetrics(address: ListenAddress, source: MetricsSource): Promise<MetricsServer> {
  const scrape = shared(() => source.scrape());
  const server = createServer(
    {
      headersTimeout: HEADERS_LIMIT_MS,
      requestTimeout: REQUEST_LIMIT_MS,
      keepAliveTimeout: KEEP_ALIVE_MS,
      connectionsCheckingInterval: CHECK_EVERY_MS,
    },
    (request, response) => {
      void answer(request, response, scrape, source);
    },
  );
  server.maxConnections = MAX_CONNECTIONS;
  server.setTimeout(SILENCE_LIMIT_MS);
  const port = await listening(server, address);
  // Such as no descriptor being left for a connection: the next one may find one.
  server.on('error', (error) => {
    source.failed(error);
  });
  return { url: urlOf({ ...address, port }), close: () => closed(server) };
}

async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  scrape: () => Promise<string>,
  source: MetricsSource,
): Promise<void> {
  const [path] = (request.url ?? '').split('?');
  if (path !== '/metrics' && path !== '/') {
    send(response, 404, TEXT, 'There is nothing here; the metrics are at /metrics.\n');
  } else if (request.method !== 'GET' && request.method !== 'HEAD') {
    response.setHeader('Allow', 'GET, HEAD');
    send(response, 405, TEXT, 'Only GET and HEAD.\n');
  } else if (path === '/') {
    send(response, 200, 'text/html; charset=utf-8', FRONT_PAGE);
  } else {
    try {
      send(response, 200, source.contentType, await scrape());
    } catch (error) {
      source.failed(error);
      send(response, 500, TEXT, `The metrics could not be had: ${String(error)}\n`);
    }
  }
}

/** For HEAD, Node leaves the body out. */
function send(response: ServerResponse, status: number, type: string, body: string): void {
  response.writeHead(status, { 'Content-Type': type, 'Content-Length': Buffer.byteLength(body) });
  response.end(body);
}

const FRONT_PAGE = `<!DOCTYPE html>
<html lang="en">
<title>wcache</title>
<p>The writecaches of this machine, for Prometheus: <a href="/metrics">metrics</a>
</html>
`;

/** Whoever asks while the work is under way gets what that comes to. */
function shared<T>(work: () => Promise<T>): () => Promise<T> {
  let underWay: Promise<T> | undefined;
  return () => {
    underWay ??= work().finally(() => {
      underWay = undefined;
    });
    return underWay;
  };
}

function listening(server: Server, { host, port }: ListenAddress): Promise<number> {
  return new Promise((resolve, reject) => {
    const refused = (error: NodeJS.ErrnoException): void => {
      reject(listenError({ host, port }, error));
    };
    server.once('error', refused);
    server.listen({ host, port }, () => {
      server.off('error', refused);
      const bound = server.address();
      resolve(typeof bound === 'object' && bound !== null ? bound.port : port);
    });
  });
}

async function closed(server: Server): Promise<void> {
  const end = new Promise((resolve) => server.close(resolve));
  const limit = setTimeout(() => {
    server.closeAllConnections();
  }, LAST_ANSWERS_MS);
  await end;
  clearTimeout(limit);
}

function listenError({ host, port }: ListenAddress, cause: NodeJS.ErrnoException): WcacheError {
  const message = `Cannot listen on port ${String(port)} of ${host}`;
  switch (cause.code) {
    case 'EADDRINUSE':
      return new BusyError(`${message}: another program does.`, {
        code: 'port-in-use',
        hint: `See which: ss -ltnp 'sport = :${String(port)}'. Or choose another port; 0 takes any that is free.`,
        cause,
      });
    case 'EADDRNOTAVAIL':
    case 'EAFNOSUPPORT':
    case 'EINVAL':
      return new NotPossibleHereError(`${message}: this machine has no such address.`, {
        code: 'no-such-address',
        hint: 'Its addresses are shown by: ip address',
        cause,
      });
    case 'EACCES':
    case 'EPERM':
      return new NotPossibleHereError(`${message}: that is not permitted.`, {
        code: 'no-permission',
        hint: 'Ports below 1024 are for root alone.',
        cause,
      });
    case undefined:
    default:
      return new OperationError(`${message}: ${cause.message}.`, { code: 'listen-failed', cause });
  }
}
