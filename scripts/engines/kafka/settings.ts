/** What the broker is told: one node that is broker and controller, in KRaft mode, with three listeners for clients. */
import { CKAFKA } from '../../../lib/core/platform.ts';

export interface Listeners {
  readonly plaintext: number;
  readonly saslSsl: number;
  readonly saslPlaintext: number;
  readonly controller: number;
}

interface BrokerSettings {
  readonly folder: string;
  readonly ports: Listeners;
  readonly keystore: { readonly path: string; readonly password: string };
  readonly user: { readonly username: string; readonly password: string };
}

/** A topic's cleaner, and log segments allocated ahead, are of no use to a broker that lives for minutes. */
export function serverProperties({ folder, ports, keystore, user }: BrokerSettings): string {
  const login = `org.apache.kafka.common.security.plain.PlainLoginModule required user_${user.username}="${user.password}";`;
  const settings = {
    'process.roles': 'broker,controller',
    'node.id': 1,
    'controller.quorum.voters': `1@127.0.0.1:${ports.controller}`,
    'controller.listener.names': 'CONTROLLER',
    listeners: [
      `PLAINTEXT://127.0.0.1:${ports.plaintext}`,
      `SASL_SSL://127.0.0.1:${ports.saslSsl}`,
      `SASL_PLAINTEXT://127.0.0.1:${ports.saslPlaintext}`,
      `CONTROLLER://127.0.0.1:${ports.controller}`,
    ].join(','),
    'listener.security.protocol.map':
      'CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT,SASL_SSL:SASL_SSL,SASL_PLAINTEXT:SASL_PLAINTEXT',
    'inter.broker.listener.name': 'PLAINTEXT',
    'sasl.enabled.mechanisms': 'PLAIN',
    'listener.name.sasl_ssl.plain.sasl.jaas.config': login,
    'listener.name.sasl_plaintext.plain.sasl.jaas.config': login,
    'ssl.keystore.type': 'PKCS12',
    'ssl.keystore.location': keystore.path,
    'ssl.keystore.password': keystore.password,
    'log.dirs': `${folder}/log`,
    'auto.create.topics.enable': false,
    'message.max.bytes': CKAFKA.messageBytesMax,
    'replica.fetch.max.bytes': CKAFKA.messageBytesMax,
    'offsets.topic.replication.factor': 1,
    'offsets.topic.num.partitions': 4,
    'transaction.state.log.replication.factor': 1,
    'transaction.state.log.min.isr': 1,
    'group.initial.rebalance.delay.ms': 0,
    'group.min.session.timeout.ms': 1_000,
    // A broker that was killed comes back only when its former life has run out.
    'broker.session.timeout.ms': 3_000,
    'broker.heartbeat.interval.ms': 500,
    'log.cleaner.enable': false,
    'num.network.threads': 2,
    'num.io.threads': 4,
  };
  return Object.entries(settings)
    .map(([name, value]) => `${name}=${value}\n`)
    .join('');
}
