/** The memory table keeps the port's contract. */
import { MemoryTable } from '../../lib/adapters/memory/table.ts';
import { describeTable } from '../ports/table.suite.ts';

describeTable('memory', () => {
  const table = new MemoryTable();
  return {
    open: () => Promise.resolve([table, table]),
    plantRange: async (range) => table.plantRange(range),
    close: () => Promise.resolve(),
  };
});
