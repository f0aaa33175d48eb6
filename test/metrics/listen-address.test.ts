import { describe, expect, it } from 'vitest';
import { UsageError } from '../../src/errors.js';
import { parseListenAddress, urlOf } from '../../src/metrics/listen-address.js';

describe('an address to listen on', () => {
  it.each([
    ['9000', '127.0.0.1', 9000, 'http://127.0.0.1:9000/metrics'],
    [':9000', '127.0.0.1', 9000, 'http://127.0.0.1:9000/metrics'],
    ['0', '127.0.0.1', 0, 'http://127.0.0.1:0/metrics'],
    ['localhost:9000', '127.0.0.1', 9000, 'http://127.0.0.1:9000/metrics'],
    ['10.1.2.3:65535', '10.1.2.3', 65535, 'http://10.1.2.3:65535/metrics'],
    ['0.0.0.0:80', '0.0.0.0', 80, 'http://0.0.0.0:80/metrics'],
    ['[::1]:9000', '::1', 9000, 'http://[::1]:9000/metrics'],
    ['[::]:9000', '::', 9000, 'http://[::]:9000/metrics'],
    ['[fe80::1%eth0]:9000', 'fe80::1%eth0', 9000, 'http://[fe80::1%25eth0]:9000/metrics'],
  ])('is read from %j', (text, host, port, url) => {
    const address = parseListenAddress(text);
    expect(address).toEqual({ host, port });
    expect(urlOf(address)).toBe(url);
  });

  it.each([
    ['', /port is missing/],
    ['metrics', /port is missing/],
    ['10.0.0.1', /port is missing/],
    ['10.0.0.1:', /port is missing/],
    ['65536', /up to 65535/],
    ['127.0.0.1:100000', /up to 65535/],
    ['-1', /port is missing/],
    ['9000 ', /port is missing/],
    ['9e3', /port is missing/],
    ['::1', /in brackets/],
    ['::1:9000', /in brackets/],
    ['fe80::1:9000', /in brackets/],
    ['[127.0.0.1]:9000', /no IPv6 address/],
    ['[]:9000', /no IPv6 address/],
    ['example.org:9000', /not looked up/],
    ['10.0.0.256:9000', /not looked up/],
    ['010.0.0.1:9000', /not looked up/],
    ['0x7f.1:9000', /not looked up/],
    ['http://10.0.0.1:9000', /./],
    ['*:9000', /./],
  ])('is not %j', (text, why) => {
    const read = (): unknown => parseListenAddress(text);
    expect(read).toThrow(UsageError);
    expect(read).toThrow(why);
  });
});
