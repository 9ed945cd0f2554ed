/** Opens a TCP or TLS connection whose reads go where the reader says. */
import { type OnReadOpts, type Socket, connect as connectTcp, isIP } from 'node:net';
import { type ConnectionOptions, connect as connectTls } from 'node:tls';

export interface Dial {
  readonly secure: boolean;
  readonly address: string;
  readonly port: number;
  readonly host: string;
  readonly ca: string | undefined;
  readonly connectTimeoutMs: number;
  /** The last TLS session, so that further connections cost no full handshake. */
  session: Buffer | undefined;
}

export interface Reader {
  /** Where the next bytes are to be put. */
  room(): Buffer;
  /** Takes bytes that have arrived; false stops reading until `resume()`. */
  read(count: number, buffer: Buffer): boolean;
  connected(): void;
}

const ORIGIN = /^(https?):\/\/(?:\[([^\]]+)\]|([^:/?#@]+))(?::(\d{1,5}))?\/?$/i;

/** Where an origin leads; throws a TypeError where it is none. */
export function addressOf(origin: string): Pick<Dial, 'secure' | 'address' | 'port'> {
  const [, scheme, address6, address = address6, digits] = ORIGIN.exec(origin) ?? [];
  const secure = scheme?.toLowerCase() === 'https';
  const port = digits === undefined ? (secure ? 443 : 80) : Number(digits);
  if (address === undefined || port > 65_535) throw new TypeError(`not an origin: ${origin}`);
  return { secure, address, port };
}

export function dial(to: Dial, reader: Reader): Socket {
  const onread: OnReadOpts = {
    buffer: () => reader.room(),
    callback: (count, buffer) => reader.read(count, buffer as Buffer),
  };
  const where = { host: to.address, port: to.port, noDelay: true, onread };
  const connected = (): void => {
    reader.connected();
  };
  if (!to.secure) return connectTcp(where, connected);
  const socket = connectTls(tlsOptions(to, where), connected);
  socket.on('session', (session) => (to.session = session));
  return socket;
}

function tlsOptions(to: Dial, where: ConnectionOptions): ConnectionOptions {
  const name = to.host.replace(/:\d+$/, '');
  return {
    ...where,
    ALPNProtocols: ['http/1.1'],
    ...(isIP(name) === 0 && { servername: name }),
    ...(to.ca !== undefined && { ca: to.ca }),
    ...(to.session !== undefined && { session: to.session }),
  };
}
