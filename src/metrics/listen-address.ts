import { isIP, isIPv6 } from 'node:net';
import { UsageError } from '../errors.js';

/** Where a server listens. */
export interface ListenAddress {
  /** An IP address. */
  readonly host: string;
  /** 0: the kernel picks one. */
  readonly port: number;
}

const LOOPBACK = '127.0.0.1';

/**
 * Reads `9000`, `:9000` (both on the loopback address), `localhost:9000`, `10.0.0.1:9000`, `[::1]:9000`. What others can
 * reach has to be written out. Names are not looked up: they could come to mean another address.
 *
 * Throws {@link UsageError} `bad-address`.
 */
export function parseListenAddress(text: string): ListenAddress {
  const match = /^(?:(?:\[(?<v6>[^\][]*)\]|(?<v4>[^:\][]*)):)?(?<port>\d{1,5})$/.exec(text);
  const { v6, v4 = '', port: digits = '' } = match?.groups ?? {};
  const port = Number(digits);
  if (match === null || port > 65_535) throw badAddress(text, whyNot(text));
  if (v6 !== undefined) {
    if (!isIPv6(v6)) throw badAddress(text, 'there is no IPv6 address in its brackets');
    return { host: v6, port };
  }
  if (v4 === '' || v4 === 'localhost') return { host: LOOPBACK, port };
  if (isIP(v4) !== 4) throw badAddress(text, 'names of hosts are not looked up');
  return { host: v4, port };
}

/** The address as it stands in a URL. */
export function urlOf({ host, port }: ListenAddress): string {
  return `http://${isIPv6(host) ? `[${host.replace('%', '%25')}]` : host}:${String(port)}/metrics`;
}

function whyNot(text: string): string {
  if (isIPv6(text)) return 'an IPv6 address stands in brackets, before the port';
  if (/^\d+$|:\d+$/.test(text)) return 'ports go up to 65535';
  return 'the port is missing, or is no number';
}

function badAddress(text: string, why: string): UsageError {
  return new UsageError(`"${text}" is not an address to listen on: ${why}.`, {
    code: 'bad-address',
    hint: 'Write PORT (on 127.0.0.1), or ADDRESS:PORT, such as 10.0.0.1:29253 or [::1]:29253; 0.0.0.0 and [::] are all addresses.',
  });
}
