/** Stands between a client and a MySQL server, and does to their connections what networks and clouds do. */
import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import { onTestFinished } from 'vitest';

/** What becomes of bytes from the client: `swallow` loses them without a word, `cut` ends the connection instead, `last` forwards them and loses the answer. */
export type Treatment = 'forward' | 'swallow' | 'cut' | 'last';

export class MysqlProxy {
  readonly host = '127.0.0.1';
  readonly port: number;
  /** Asked for everything that the client sends. */
  treat: (sent: string) => Treatment = () => 'forward';
  /** New connections are taken and left without a word, as by a cluster that wakes. */
  holds = false;
  readonly #upstream: { readonly host: string; readonly port: number };

  private constructor(port: number, upstream: { readonly host: string; readonly port: number }) {
    this.port = port;
    this.#upstream = upstream;
  }

  /** Of the test under way. */
  static async start(upstream: { readonly host: string; readonly port: number }): Promise<MysqlProxy> {
    const sockets = new Set<Socket>();
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const proxy = new MysqlProxy((server.address() as { port: number }).port, upstream);
    server.on('connection', (client: Socket) => {
      sockets.add(client.on('error', () => client.destroy()));
      if (!proxy.holds) sockets.add(proxy.#join(client));
    });
    onTestFinished(async () => {
      server.close();
      for (const socket of sockets) socket.destroy();
      await once(server, 'close');
    });
    return proxy;
  }

  #join(client: Socket): Socket {
    const server = connect(this.#upstream.port, this.#upstream.host);
    let deaf = false;
    client.on('data', (bytes: Buffer) => {
      const treatment = this.treat(bytes.toString('latin1'));
      deaf ||= treatment === 'last';
      if (treatment === 'cut') client.destroy();
      else if (treatment !== 'swallow') server.write(bytes);
    });
    server.on('data', (bytes: Buffer) => {
      if (deaf) client.destroy();
      else client.write(bytes);
    });
    client.on('close', () => server.destroy());
    server.on('close', () => client.destroy()).on('error', () => client.destroy());
    return server;
  }
}

/** Treats the first request that holds `words` that way, and forwards everything else. */
export function firstWith(words: string, treatment: Treatment): (sent: string) => Treatment {
  let met = false;
  return (sent) => {
    if (met || !sent.includes(words)) return 'forward';
    met = true;
    return treatment;
  };
}
