/** The Kafka queue keeps the port's contract, on a real broker. */
import { inject } from 'vitest';
import { describeQueue } from '../ports/queue.suite.ts';
import { kafkaHarness } from './kafka-harness.ts';

describeQueue('kafka', () => kafkaHarness(inject('kafka').brokers));
